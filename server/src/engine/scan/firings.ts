import { type Firings, kept } from "../../protocol/scan.ts";
import type { ActiveRow } from "../saes/activate.ts";

/** A growing list of numbers of one kind. */
class Column<A extends Int32Array | Uint16Array | Float32Array> {
  array: A;
  constructor(array: A) {
    this.array = array;
  }
  /** Makes room for `length` numbers. */
  reserve(length: number): void {
    if (length <= this.array.length) return;
    const larger = new (this.array.constructor as new (length: number) => A)(
      Math.max(length, 2 * this.array.length),
    );
    larger.set(this.array);
    this.array = larger;
  }
}

/** All firings of a shard: windows one after another, within a window by latent, within a latent by position. */
export class FiringLog {
  length = 0;
  readonly #latent = new Column(new Int32Array(4096));
  readonly #position = new Column(new Uint16Array(4096));
  readonly #activation = new Column(new Float32Array(4096));
  /** Where each window begins. */
  readonly #windows: number[] = [];
  readonly #places: Int32Array;

  constructor(width: number) {
    this.#places = new Int32Array(width);
  }

  /**
   * Appends a window.
   * @param rows active latents of each token; null for a token that is left out
   * @returns the latents that fired, in ascending order, and where each one's firings begin
   */
  append(rows: (ActiveRow | null)[]): { latents: Int32Array; begins: Int32Array } {
    const places = this.#places;
    const touched: number[] = [];
    let total = 0;
    for (const row of rows) {
      if (!row) continue;
      total += row.indices.length;
      for (const latent of row.indices) if (places[latent]++ === 0) touched.push(latent);
    }
    const latents = Int32Array.from(touched).sort();
    const begins = new Int32Array(latents.length);
    let at = this.length;
    latents.forEach((latent, i) => {
      begins[i] = at;
      at += places[latent];
      places[latent] = begins[i];
    });
    for (const column of [this.#latent, this.#position, this.#activation]) column.reserve(at);
    rows.forEach((row, position) => {
      row?.indices.forEach((latent, j) => {
        const place = places[latent]++;
        this.#latent.array[place] = latent;
        this.#position.array[place] = position;
        this.#activation.array[place] = row.values[j];
      });
    });
    for (const latent of latents) places[latent] = 0;
    this.#windows.push(this.length);
    this.length += total;
    return { latents, begins };
  }

  position = (firing: number): number => this.#position.array[firing];
  activation = (firing: number): number => this.#activation.array[firing];

  /** Puts chosen firings into the form that crosses to the host. */
  pack(chosen: [key: number, firing: number][][]): Firings {
    const rows = new Int32Array(chosen.length + 1);
    chosen.forEach((list, i) => {
      rows[i + 1] = rows[i] + list.length;
    });
    const all = chosen.flat();
    const aroundRows = new Int32Array(all.length + 1);
    const offsets: number[] = [];
    const activations: number[] = [];
    const window = Int32Array.from(all, ([, firing]) => this.#windowOf(firing));
    all.forEach(([, firing], i) => {
      const latent = this.#latent.array[firing];
      const here = this.position(firing);
      const begin = this.#windows[window[i]];
      const end = this.#windows[window[i] + 1] ?? this.length;
      let from = firing;
      while (this.#isNear(from - 1, latent, begin, end) && here - this.position(from - 1) <= kept.before)
        from--;
      for (let f = from; this.#isNear(f, latent, begin, end) && this.position(f) - here <= kept.after; f++) {
        offsets.push(this.position(f) - here);
        activations.push(this.activation(f));
      }
      aroundRows[i + 1] = offsets.length;
    });
    return {
      rows,
      window,
      position: Int32Array.from(all, ([, firing]) => this.position(firing)),
      activation: Float32Array.from(all, ([, firing]) => this.activation(firing)),
      key: Float64Array.from(all, ([key]) => key),
      aroundRows,
      aroundOffset: Int8Array.from(offsets),
      aroundActivation: Float32Array.from(activations),
    };
  }

  /** Whether a firing is of the same latent in the same window. */
  #isNear(firing: number, latent: number, begin: number, end: number): boolean {
    return firing >= begin && firing < end && this.#latent.array[firing] === latent;
  }

  #windowOf(firing: number): number {
    let low = 0;
    let high = this.#windows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#windows[middle] <= firing) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
