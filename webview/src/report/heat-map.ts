import type { ProbeCell, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { moveByKeys } from "./grid-keys.ts";
import { type Grid, gridsOf } from "./grids.ts";
import { figureText, type Measure, measureOf } from "./measure.ts";
import { shade } from "./shade.ts";

export interface HeatMap {
  element: HTMLElement;
  /** Marks a cell, by its index in the report. */
  select(cell: number): void;
}

/**
 * A grid of cells for each kind of probe, shaded by what each reaches over the majority. A grid is one stop of the Tab key; arrows
 * go from cell to cell.
 * @param went the user went to a cell
 */
export function heatMap(report: ProbeReport, went: (cell: number) => void): HeatMap {
  const { cells, chosen } = report;
  const measure = measureOf(report);
  const [least, most] = shadesOf(cells, measure);
  const drawn = new Map<number, HTMLElement>();
  const select = (index: number) => {
    for (const [i, cell] of drawn) cell.setAttribute("aria-selected", String(i === index));
  };
  const cellAt = (i: number | null): HTMLElement => {
    if (i === null) return make("td", { class: "empty" });
    const { test, problem } = cells[i];
    const title = cellTitle(cells[i], measure, i === chosen);
    const cell = make(
      "td",
      { role: "gridcell", title, "aria-label": title, "aria-selected": "false", tabindex: "-1" },
      test ? measure.short(test.value) : problem ? "✗" : "–",
    );
    if (test && most > least) shade(cell, (test.value - least) / (most - least));
    if (i === chosen) cell.classList.add("chosen");
    cell.addEventListener("focus", () => {
      select(i);
      went(i);
    });
    cell.addEventListener("click", () => cell.focus());
    drawn.set(i, cell);
    return cell;
  };
  const grids = gridsOf(cells).map((grid) => gridTable(grid, cellAt));
  return {
    element: make(
      "div",
      { class: "heat" },
      make("div", { class: "grids" }, ...grids),
      ...(cells.some(({ test }) => test)
        ? [legend(least, most, measure, chosen === null ? null : cells[chosen])]
        : []),
    ),
    select,
  };
}

function gridTable(grid: Grid, cellAt: (i: number | null) => HTMLElement): HTMLElement {
  const { kind, of, rows, columns, at } = grid;
  const cells = at.map((row) => row.map(cellAt));
  const body = cells.map((row, r) =>
    make(
      "tr",
      { role: "row" },
      make("th", { scope: "row", role: "rowheader" }, make("bdi", {}, visible(rows[r]))),
      ...row,
    ),
  );
  const head = [of === "layers" ? "Layer" : "Place", ...columns].map((it) =>
    make("th", { scope: "col", role: "columnheader" }, it),
  );
  const table = make(
    "table",
    { role: "grid", "aria-label": `${kind}, ${of === "layers" ? "by layer" : "other places"}` },
    make("caption", {}, kind),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...head)),
    make("tbody", { role: "rowgroup" }, ...body),
  );
  moveByKeys(table, cells);
  return table;
}

function cellTitle(
  { source, position, kind, test, problem }: ProbeCell,
  measure: Measure,
  chosen: boolean,
): string {
  const place = `${kind} at ${visible(source)}, ${position}`;
  if (!test) return `${place}: ${problem ? visible(problem, 400) : "no figures"}`;
  return `${place}: ${figureText(test, measure)}${chosen ? "; chosen" : ""}`;
}

/** Between which figures the shades lie: from the majority, or the least figure where there is none, to the most there is. */
function shadesOf(cells: readonly ProbeCell[], { floor }: Measure): [number, number] {
  const values = cells.flatMap(({ test }) => (test ? [test.value] : []));
  if (values.length === 0) return [0, 1];
  const least = floor ?? Math.min(...values);
  return [least, Math.max(least, ...values)];
}

function legend(least: number, most: number, measure: Measure, chosen: ProbeCell | null): HTMLElement {
  const from = measure.floor === null ? "the least" : measure.floorName;
  return make(
    "p",
    { class: "note legend" },
    `${measure.write(least)} (${from}) `,
    make("span", { class: "ramp", "aria-hidden": "true" }),
    ` ${measure.write(most)} (the most): ${measure.name} on held-out examples.${chosen ? chosenWords(chosen) : ""}`,
  );
}

const chosenWords = ({ validation }: ProbeCell): string =>
  validation
    ? " The outlined cell was chosen on other examples; the probe was then trained on those too."
    : " The outlined cell is the first that could be trained: nothing was left to choose on.";
