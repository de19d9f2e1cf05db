/** Rows of one request, where nothing else is said. */
export const PAGE = 100;
/** Rows kept; the list is asked for anew further away. */
const keptRows = 3_000;

/** How much is asked for at once. */
export interface PageSizes {
  /** Rows of one request. */
  page: number;
  /** Requests on the way at once: what a quick hand scrolls past is never asked for. */
  asked: number;
}

/** No page that was here before may have given the same numbers: an answer to it may still come. */
let nextId = Date.now();

/** The part of a long list that has been seen, in pages, asked for as they come into view. */
export class Pages<Row> {
  readonly #sizes: PageSizes;
  readonly #ask: (id: number, offset: number, count: number) => void;
  readonly #pages = new Map<number, Row[]>();
  /** Pages that are shown until what is asked for in their place is there. */
  readonly #old = new Set<number>();
  /** Pages on the way, by the number of their request. */
  readonly #asked = new Map<number, number>();
  #wanted: [number, number] = [0, 1];

  constructor(
    ask: (id: number, offset: number, count: number) => void,
    sizes: PageSizes = { page: PAGE, asked: 2 },
  ) {
    this.#ask = ask;
    this.#sizes = sizes;
  }

  row(index: number): Row | undefined {
    const { page } = this.#sizes;
    return this.#pages.get(Math.floor(index / page))?.[index % page];
  }

  /** Forgets all: what is on the way belongs to another list. */
  clear(): void {
    this.#asked.clear();
    this.#pages.clear();
    this.#old.clear();
    this.#wanted = [0, 1];
  }

  /** Begins anew with the first rows. */
  reset(): void {
    this.clear();
    this.#send();
  }

  /** Asks again for what is seen, whose rows stay until the new ones are there. */
  again(from: number, to: number): void {
    this.#asked.clear();
    const { page: size } = this.#sizes;
    for (const page of this.#pages.keys()) {
      if (page * size < to && (page + 1) * size > from) this.#old.add(page);
      else this.#pages.delete(page);
    }
    this.#wanted = [from, Math.max(to, from + 1)];
    this.#send();
  }

  want(from: number, to: number): void {
    this.#wanted = [from, to];
    this.#send();
  }

  /** @returns whether the answer belongs to this list; all others are to be dropped. */
  receive(id: number, rows: Row[] | null): boolean {
    const page = this.#asked.get(id);
    if (page === undefined) return false;
    this.#asked.delete(id);
    if (rows) {
      this.#old.delete(page);
      this.#pages.delete(page);
      this.#pages.set(page, rows);
      if (this.#pages.size * this.#sizes.page > keptRows)
        this.#pages.delete(this.#pages.keys().next().value!);
      this.#send();
    }
    return true;
  }

  #send(): void {
    const [from, to] = this.#wanted;
    const { page: size, asked } = this.#sizes;
    const onTheWay = new Set(this.#asked.values());
    for (let page = Math.floor(from / size); page * size < to && this.#asked.size < asked; page++) {
      if ((this.#pages.has(page) && !this.#old.has(page)) || onTheWay.has(page)) continue;
      this.#asked.set(nextId, page);
      this.#ask(nextId++, page * size, size);
    }
  }
}
