import { make } from "../dom.ts";
import { MOST_NODES, rowAfterKey, rowsToDraw, scrolledTo, type View } from "./window.ts";

/** What fills the list. */
export interface RowSource {
  /** Makes a row that can be filled again and again; given the same row it must only change what differs. */
  make(): HTMLElement;
  fill(row: HTMLElement, index: number): void;
  /** Which rows exist now: from the first, up to before the second. */
  drawn(from: number, to: number): void;
  /** A row was chosen by Enter, or by a click on what is named. */
  open(index: number, clicked: Element | null): void;
  /** The user made a row the active one, with a key or by a click on what is named. */
  went?(index: number, clicked: Element | null): void;
  /** Keys that lead somewhere within a row come here first; true where this was one. */
  pressed?(event: KeyboardEvent): boolean;
  /** The id of what is active in the active row, where that is not the row as a whole. */
  activeId?(index: number): string;
}

/** A grid of rows of one height, of which only those near the view exist. Its head stays in sight. */
export class VirtualList {
  readonly element: HTMLElement;
  readonly #head: HTMLElement;
  readonly #space = make("div", { class: "space", role: "rowgroup" });
  readonly #source: RowSource;
  readonly #rowHeight: number;
  /** Row i lives in node i modulo their number, so that a step of the view moves few of them. */
  readonly #nodes: HTMLElement[] = [];
  readonly #shown: number[] = [];
  #from = 0;
  #count = 0;
  #active = 0;

  constructor(head: HTMLElement, rowHeight: number, name: string, source: RowSource) {
    this.#head = head;
    this.#source = source;
    this.#rowHeight = rowHeight;
    const headGroup = make("div", { class: "head", role: "rowgroup" }, head);
    this.element = make(
      "div",
      { class: "grid", role: "grid", tabindex: "0", "aria-label": name, "aria-readonly": "true" },
      headGroup,
      this.#space,
    );
    this.element.style.setProperty("--row", `${rowHeight}px`);
    head.setAttribute("aria-rowindex", "1");
    this.element.addEventListener("scroll", () => this.draw());
    this.element.addEventListener("keydown", (event) => this.#pressed(event));
    this.#space.addEventListener("click", ({ target }) => this.#clicked(target as Element));
  }

  get active(): number {
    return this.#active;
  }

  /** Another list, or as many rows as are known now. */
  setCount(count: number): void {
    this.#count = count;
    this.#active = Math.min(this.#active, Math.max(0, count - 1));
    this.#space.style.height = `${count * this.#rowHeight}px`;
    // Its head is a row too.
    this.element.setAttribute("aria-rowcount", String(count + 1));
    this.refresh();
  }

  /** Makes a row the active one, and brings it into view. */
  go(row: number): void {
    this.#active = Math.min(row, Math.max(0, this.#count - 1));
    this.element.scrollTop = scrolledTo(this.#active, this.#whole(), this.#head.offsetHeight);
    this.draw();
  }

  toTop(): void {
    this.#active = 0;
    this.element.scrollTop = 0;
  }

  /** Fills all rows anew: what they show has changed. */
  refresh(): void {
    this.#shown.fill(-1);
    this.draw();
  }

  /** Draws the rows that came into view. */
  draw(): void {
    const [from, to] = rowsToDraw(this.#view(), this.#count);
    while (this.#nodes.length < Math.min(MOST_NODES, to - from)) this.#addNode();
    const size = this.#nodes.length;
    const fresh: number[] = [];
    for (let i = from; i < to; i++) if (this.#shown[i % size] !== i) fresh.push(i);
    for (const i of fresh) this.#place(i % size, i);
    this.#order(fresh);
    this.#from = from;
    for (let n = 0; n < size; n++) {
      if (this.#shown[n] >= from && this.#shown[n] < to) continue;
      this.#shown[n] = -1;
      this.#nodes[n].hidden = true;
    }
    this.#markActive();
    this.#source.drawn(from, to);
  }

  /** Screen readers read on in the order of the nodes: rows that came into view go before or behind those that stayed. */
  #order(fresh: number[]): void {
    const nodeOf = (i: number) => this.#nodes[i % this.#nodes.length];
    this.#space.prepend(...fresh.filter((i) => i < this.#from).map(nodeOf));
    this.#space.append(...fresh.filter((i) => i >= this.#from).map(nodeOf));
  }

  #addNode(): void {
    const node = this.#source.make();
    this.#nodes.push(node);
    this.#space.append(node);
    // With another number of nodes every row lives elsewhere.
    this.#shown.push(-1);
    this.#shown.fill(-1);
  }

  #place(n: number, index: number): void {
    const node = this.#nodes[n];
    node.id = `row-${index}`;
    node.hidden = false;
    node.setAttribute("aria-rowindex", String(index + 2));
    node.style.transform = `translateY(${index * this.#rowHeight}px)`;
    this.#source.fill(node, index);
    this.#shown[n] = index;
  }

  #markActive(): void {
    let isThere = false;
    for (const [n, node] of this.#nodes.entries()) {
      const isActive = this.#shown[n] === this.#active;
      isThere ||= isActive;
      if (node.ariaSelected !== String(isActive)) node.setAttribute("aria-selected", String(isActive));
    }
    const id = this.#source.activeId?.(this.#active) ?? `row-${this.#active}`;
    if (isThere) this.element.setAttribute("aria-activedescendant", id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #pressed(event: KeyboardEvent): void {
    // Keys on the head's buttons are theirs.
    if (event.target !== this.element || this.#source.pressed?.(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      if (this.#count > 0) this.#source.open(this.#active, null);
      return;
    }
    const { height, rowHeight } = this.#view();
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const row = rowAfterKey(event.key, this.#active, this.#count, page);
    if (row === null) return;
    event.preventDefault();
    this.go(row);
    this.#source.went?.(row, null);
  }

  #clicked(target: Element): void {
    const row = target.closest("[aria-rowindex]");
    if (!row) return;
    this.#active = Number(row.getAttribute("aria-rowindex")) - 2;
    this.draw();
    this.#source.went?.(this.#active, target);
    this.#source.open(this.#active, target);
  }

  #whole(): View {
    const { scrollTop, clientHeight } = this.element;
    return { scrollTop, height: clientHeight, rowHeight: this.#rowHeight };
  }

  /** The view without what the head covers. */
  #view(): View {
    const view = this.#whole();
    return { ...view, height: Math.max(0, view.height - this.#head.offsetHeight) };
  }
}
