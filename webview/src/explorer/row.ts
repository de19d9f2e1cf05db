import type { ExplorerRow, FeatureSort } from "../../../server/src/protocol/explore.ts";
import { isWeak } from "../../../server/src/protocol/feature.ts";
import { make } from "../dom.ts";
import { figure, percent, visible } from "../text.ts";

/** A column of the list: what it is called, what it shows, and what its head sorts by. */
interface Column {
  name: string;
  kind: string;
  sort: FeatureSort | null;
  /** Said on pointing at the head. */
  title: string;
  text(row: ExplorerRow): string;
}

const unknown = "–";
const known = (value: number | null, write: (value: number) => string) =>
  value === null ? unknown : write(value);

export const columns: Column[] = [
  {
    name: "Feature",
    kind: "feature",
    sort: "index",
    title: "Index in its SAE",
    text: (row) => String(row.feature),
  },
  {
    name: "Label",
    kind: "label",
    sort: "label",
    title: "Its first label",
    text: (row) => (row.label === null ? "no label" : visible(row.label)),
  },
  { name: "SAE", kind: "sae", sort: null, title: "The SAE it belongs to", text: (row) => visible(row.sae) },
  {
    name: "Source",
    kind: "source",
    sort: null,
    title: "Who made the label",
    text: (row) => row.source ?? "",
  },
  {
    name: "Score",
    kind: "score",
    sort: "score",
    title: "Best score of its labels: F1, or whatever they were scored by",
    text: (row) => (row.label === null ? "" : known(row.score, (it) => it.toFixed(2))),
  },
  {
    name: "Output",
    kind: "output",
    sort: "output",
    title:
      "Output score: how likely it makes what it raises, amplified; weak below 0.01. Rarely high with the input score",
    text: (row) =>
      row.output === null ? "" : `${row.output.toFixed(2)}${isWeak(row.output) ? " weak" : ""}`,
  },
  {
    name: "Input",
    kind: "input",
    sort: "input",
    title: "Input score: how often it fires most on a token that it raises",
    text: (row) => (row.input === null ? "" : row.input.toFixed(2)),
  },
  {
    name: "Fires on",
    kind: "frequency",
    sort: "frequency",
    title: "Share of the tokens it fires on",
    text: (row) => known(row.frequency, (it) => (it === 0 ? "never" : percent(it))),
  },
  {
    name: "Maximum",
    kind: "maximum",
    sort: "maximum",
    title: "Its largest known activation",
    text: (row) => known(row.maximum, figure),
  },
  {
    name: "Match",
    kind: "match",
    sort: "match",
    title:
      "Its activation on each example; on the first text and on the other; how far its answers are from those looked for; or the cosine of its nearest label",
    text: matchText,
  },
];

/** Activations on the texts, or a distance, or a cosine. */
function matchText({ like, contrast, distance, cosine }: ExplorerRow): string {
  if (like) return like.map(figure).join(" · ");
  if (contrast) return `${figure(contrast.on)} : ${figure(contrast.against)}`;
  return known(distance ?? cosine, (it) => it.toFixed(2)).replace(unknown, "");
}

export function makeRow(): HTMLElement {
  const cells = columns.map(({ kind }, i) =>
    make("span", { class: `cell ${kind}`, role: "gridcell", "aria-colindex": String(i + 1) }, "\u00a0"),
  );
  return make("div", { class: "row", role: "row" }, ...cells);
}

/** Fills a row that may have shown another one before; undefined: what belongs there is not known yet. */
export function fillRow(element: HTMLElement, row: ExplorerRow | undefined): void {
  element.classList.toggle("loading", row === undefined);
  element.classList.toggle("unlabelled", row?.label === null);
  for (const [i, { kind, text }] of columns.entries()) {
    const cell = element.children[i] as HTMLElement;
    const content = row ? text(row) : kind === "label" ? "…" : "";
    if (cell.textContent !== content) cell.textContent = content;
    // Where there is no room for all columns, this still tells which feature it is.
    if (kind === "label") cell.title = row ? `${visible(row.sae)} · ${row.feature}: ${content}` : "";
  }
}
