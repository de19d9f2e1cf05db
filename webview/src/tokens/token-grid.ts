import { make } from "../dom.ts";
import { VirtualList } from "../list/virtual-list.ts";
import { rowsToDraw, scrolledTo } from "../list/window.ts";
import { type Column, leading, type TokenData } from "./columns.ts";
import { columnAfterKey } from "./keys.ts";
import { cellId, columnAt, type Drawn, fillHead, fillRow, makeRow } from "./row.ts";

/** Where the grid gets its tokens, and what it tells. */
export interface GridSource {
  data(token: number): TokenData | undefined;
  /** Which tokens exist now: from the first, up to before the second. */
  drawn(from: number, to: number): void;
  /** The user went to a cell; `token`: to a token of the text itself. */
  went(token: number, column: number, open: boolean): void;
}

/** Widths in pixels: of the token, of its surprisal, and at least of a layer's guess and of an SAE's feature. */
const widths = { token: 100, bits: 44, guess: 72, feature: 180 } as const;
const fixed = widths.token + widths.bits;

/** Tokens down, layers across, of both only what is on the screen and around it; one cell is the active one. */
export class TokenGrid {
  readonly list: VirtualList;
  readonly #head = make("div", { class: "row names", role: "row" });
  readonly #source: GridSource;
  #columns: readonly Column[] = [];
  /** Of a column, as it is and at least. */
  #width: number = widths.guess;
  #least: number = widths.guess;
  #drawn: Drawn = { columns: [], from: 0, to: 0 };
  /** The active column, the two fixed ones included. */
  #column = 0;
  #count = 0;

  constructor(rowHeight: number, source: GridSource) {
    this.#source = source;
    this.list = new VirtualList(this.#head, rowHeight, "Tokens and what each layer predicts after them", {
      make: makeRow,
      fill: (row, index) => fillRow(row, index, source.data(index), this.#drawn),
      drawn: (from, to) => {
        this.#mark();
        source.drawn(from, to);
      },
      went: (index, clicked) => {
        this.#column = columnAt(clicked) ?? this.#column;
        this.list.draw();
        source.went(index, this.#column, false);
      },
      open: (index, clicked) => {
        // A click on a guess looks at it; one on the token, and Enter anywhere, leads into the text.
        if (clicked === null || columnAt(clicked) === 0) source.went(index, this.#column, true);
      },
      pressed: (event) => this.#pressed(event),
      activeId: (index) => cellId(index, this.#column),
    });
    this.list.element.style.setProperty("--token", `${widths.token}px`);
    this.list.element.style.setProperty("--bits", `${widths.bits}px`);
    this.list.element.addEventListener("scroll", () => this.#across());
    new ResizeObserver(() => this.redraw()).observe(this.list.element);
  }

  get column(): number {
    return this.#column;
  }

  /** Other columns, or other things in them. */
  setColumns(columns: readonly Column[], cells: "guesses" | "features"): void {
    this.#columns = columns;
    this.#least = cells === "features" ? widths.feature : widths.guess;
    this.#column = Math.min(this.#column, leading.length + columns.length - 1);
    const { element } = this.list;
    element.setAttribute("aria-colcount", String(leading.length + columns.length));
    this.redraw();
  }

  setCount(count: number): void {
    this.#count = count;
    this.list.setCount(count);
  }

  /** Makes a cell the active one, and brings it into view. */
  go(token: number, column = this.#column): void {
    this.#column = Math.max(0, Math.min(column, leading.length + this.#columns.length - 1));
    this.#show(this.#column);
    this.list.go(token);
  }

  /** Draws all anew: what the cells show has changed, or the room for them. */
  redraw(): void {
    const { element } = this.list;
    const count = this.#columns.length;
    // Where there is room for all columns they fill it.
    this.#width = Math.max(this.#least, Math.floor((element.clientWidth - fixed) / Math.max(1, count)));
    element.style.setProperty("--column", `${this.#width}px`);
    element.style.setProperty("--across", `${fixed + count * this.#width}px`);
    const [from, to] = this.#inView();
    this.#drawn = { columns: this.#columns, from, to };
    fillHead(this.#head, this.#drawn);
    this.list.refresh();
  }

  /** Scrolled sideways: other columns may have come into view. */
  #across(): void {
    const [from, to] = this.#inView();
    if (from !== this.#drawn.from || to !== this.#drawn.to) this.redraw();
  }

  /** Which columns have to exist. */
  #inView(): [from: number, to: number] {
    const { scrollLeft, clientWidth } = this.list.element;
    const view = { scrollTop: scrollLeft, height: Math.max(0, clientWidth - fixed), rowHeight: this.#width };
    return rowsToDraw(view, this.#columns.length);
  }

  #pressed(event: KeyboardEvent): boolean {
    const last = leading.length + this.#columns.length - 1;
    const next = columnAfterKey(
      event,
      { row: this.list.active, column: this.#column },
      { rows: this.#count, last },
    );
    if (next === null) return false;
    event.preventDefault();
    this.go(next.row, next.column);
    this.#source.went(next.row, next.column, false);
    return true;
  }

  /** Brings a column into view; the fixed ones always are. */
  #show(column: number): void {
    if (column < leading.length) return;
    const { element } = this.list;
    const view = { scrollTop: element.scrollLeft, height: element.clientWidth, rowHeight: this.#width };
    element.scrollLeft = scrolledTo(column - leading.length, view, fixed);
    this.#across();
  }

  #mark(): void {
    const { element, active } = this.list;
    const id = cellId(active, this.#column);
    for (const cell of element.querySelectorAll(".cell.active"))
      if (cell.id !== id) cell.classList.remove("active");
    element.querySelector(`#${id}`)?.classList.add("active");
  }
}
