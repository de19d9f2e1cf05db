/** For each of many latents the `limit` entries with the smallest keys; of equal keys those that came first. */
export class Best {
  readonly #limit: number;
  /** key, entry, key, entry, … */
  readonly #lists = new Map<number, number[]>();
  /** No entry with a key from this on can still count. */
  readonly #cut: Float64Array;

  constructor(limit: number, width: number) {
    this.#limit = limit;
    this.#cut = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  }

  /** Offers an entry; entries come in ascending order. */
  add(latent: number, key: number, entry: number): void {
    if (key >= this.#cut[latent]) return;
    let list = this.#lists.get(latent);
    if (!list) {
      list = [];
      this.#lists.set(latent, list);
    }
    list.push(key, entry);
    // Sorted only now and then: each entry costs the logarithm of the limit on average.
    if (list.length < 4 * this.#limit) return;
    const shorter = this.#best(list);
    this.#lists.set(latent, shorter.flat());
    this.#cut[latent] = shorter[shorter.length - 1][0];
  }

  /** What stayed of a latent, smallest key first. */
  of(latent: number): [key: number, entry: number][] {
    return this.#best(this.#lists.get(latent) ?? []);
  }

  #best(list: number[]): [key: number, entry: number][] {
    const pairs: [number, number][] = [];
    for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
    return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, this.#limit);
  }
}
