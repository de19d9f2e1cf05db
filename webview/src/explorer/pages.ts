import type { ExplorerRow, FeaturesAnswer } from "../../../server/src/protocol/explore.ts";

/** Rows of one request. */
export const PAGE = 100;
/** Pages kept; the list is asked for anew further away. */
const keptPages = 30;
/** Requests on the way at once: what a quick hand scrolls past is never asked for. */
const mostAsked = 2;

/** The part of a long list that has been seen, in pages, asked for as they come into view. */
export class Pages {
  readonly #ask: (id: number, offset: number, count: number) => void;
  readonly #pages = new Map<number, ExplorerRow[]>();
  /** Pages on the way, by the number of their request. */
  readonly #asked = new Map<number, number>();
  #wanted: [number, number] = [0, 1];
  /** No page that was here before may have given the same numbers: an answer to it may still come. */
  #next = Date.now();

  constructor(ask: (id: number, offset: number, count: number) => void) {
    this.#ask = ask;
  }

  row(index: number): ExplorerRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Begins anew: what is on the way belongs to another list. */
  reset(): void {
    this.#asked.clear();
    this.#pages.clear();
    this.#wanted = [0, 1];
    this.#send();
  }

  /** Asks again for what is seen, whose rows stay until the new ones are there. */
  again(from: number, to: number): void {
    this.#asked.clear();
    const seen = [...this.#pages].filter(([page]) => page * PAGE < to && (page + 1) * PAGE > from);
    this.#pages.clear();
    this.#wanted = [from, Math.max(to, from + 1)];
    this.#send();
    for (const [page, rows] of seen) this.#pages.set(page, rows);
  }

  want(from: number, to: number): void {
    this.#wanted = [from, to];
    this.#send();
  }

  /** @returns whether the answer belongs to this list; all others are to be dropped. */
  receive(id: number, answer: Pick<FeaturesAnswer, "rows"> | null): boolean {
    const page = this.#asked.get(id);
    if (page === undefined) return false;
    this.#asked.delete(id);
    if (answer) {
      this.#pages.delete(page);
      this.#pages.set(page, answer.rows);
      if (this.#pages.size > keptPages) this.#pages.delete(this.#pages.keys().next().value!);
      this.#send();
    }
    return true;
  }

  #send(): void {
    const [from, to] = this.#wanted;
    const onTheWay = new Set(this.#asked.values());
    for (let page = Math.floor(from / PAGE); page * PAGE < to && this.#asked.size < mostAsked; page++) {
      if (this.#pages.has(page) || onTheWay.has(page)) continue;
      this.#asked.set(this.#next, page);
      this.#ask(this.#next++, page * PAGE, PAGE);
    }
  }
}
