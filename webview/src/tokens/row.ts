import { make } from "../dom.ts";
import { type CellView, type Column, leading, type TokenData } from "./columns.ts";

/** Which of the columns right of the tokens are drawn: from the first, up to before the second. */
export interface Drawn {
  columns: readonly Column[];
  from: number;
  to: number;
}

/** Makes a row: the token and its surprisal, which stay in sight, and a gap for the columns left of those that are drawn. */
export function makeRow(): HTMLElement {
  const fixed = leading.map((_, i) =>
    make("span", { class: `cell fixed-${i}`, role: i === 0 ? "rowheader" : "gridcell" }),
  );
  return make(
    "div",
    { class: "row", role: "row" },
    ...fixed,
    make("span", { class: "gap", "aria-hidden": "true" }),
  );
}

/** Fills a row that may have shown another token or other columns before; undefined: its token is not known yet. */
export function fillRow(row: HTMLElement, index: number, data: TokenData | undefined, drawn: Drawn): void {
  const { columns, from, to } = drawn;
  const wanted = leading.length + 1 + to - from;
  while (row.childElementCount < wanted) row.append(make("span", { class: "cell layer", role: "gridcell" }));
  while (row.childElementCount > wanted) row.lastElementChild?.remove();
  row.classList.toggle("virtual", data?.token.virtual === true);
  (row.children[leading.length] as HTMLElement).style.width = `calc(var(--column) * ${from})`;
  for (const [i, column] of leading.entries())
    fillCell(row.children[i] as HTMLElement, index, i, data && column.view(data));
  for (let c = from; c < to; c++) {
    const cell = row.children[leading.length + 1 + c - from] as HTMLElement;
    fillCell(cell, index, leading.length + c, data && columns[c].view(data));
  }
}

function fillCell(cell: HTMLElement, row: number, column: number, view: CellView | undefined): void {
  const {
    text = column === 0 ? "…" : "",
    title = "not known yet",
    shade = 0,
    tone = "guess",
    hit = false,
  } = view ?? {};
  cell.id = cellId(row, column);
  cell.setAttribute("aria-colindex", String(column + 1));
  cell.title = title;
  if (cell.textContent !== text) cell.textContent = text;
  cell.dataset.tone = tone;
  cell.classList.toggle("hit", hit);
  cell.style.setProperty("--shade", shade.toFixed(3));
}

export const cellId = (row: number, column: number) => `cell-${row}-${column}`;

/** The column that a place in a row belongs to; null for none. */
export function columnAt(element: Element | null): number | null {
  const index = element?.closest("[aria-colindex]")?.getAttribute("aria-colindex");
  return index ? Number(index) - 1 : null;
}

/** The names of the columns. */
export function fillHead(head: HTMLElement, { columns, from, to }: Drawn): void {
  const name = ({ name, title }: Column, i: number, kind: string) =>
    make(
      "span",
      { class: `cell ${kind}`, role: "columnheader", "aria-colindex": String(i + 1), title },
      name,
    );
  const gap = make("span", { class: "gap", "aria-hidden": "true" });
  gap.style.width = `calc(var(--column) * ${from})`;
  const fixed = leading.map((column, i) => name(column, i, `fixed-${i}`));
  const drawn = columns.slice(from, to).map((column, i) => name(column, leading.length + from + i, "layer"));
  head.replaceChildren(...fixed, gap, ...drawn);
}
