import type { SideBySide } from "../models/feeds.ts";

/** Behind every place of a text: a key there is seen by no query. */
const nowhere = 2n ** 40n;

/**
 * Which keys of a shared cache each sample may look at: those of the prompt, which all share, and its own. Rows are appended in
 * the order of the samples that still run.
 */
export class KeyOwners {
  /** Places of the prompt's keys. */
  readonly #prompt: BigInt64Array;
  /** Sample of each key behind the prompt, and its place in that sample's text. */
  readonly #owner: number[] = [];
  readonly #place: number[] = [];

  constructor(promptLength: number) {
    this.#prompt = BigInt64Array.from({ length: promptLength }, (_, i) => BigInt(i));
  }

  /** Appends one token of each sample at a place, and says what each may look at: the new tokens' own keys included. */
  next(samples: number[], position: number): SideBySide {
    for (const sample of samples) {
      this.#owner.push(sample);
      this.#place.push(position);
    }
    const length = this.#prompt.length + this.#owner.length;
    const keys = new BigInt64Array(samples.length * length);
    samples.forEach((sample, row) => {
      const at = row * length;
      keys.set(this.#prompt, at);
      this.#owner.forEach((owner, i) => {
        keys[at + this.#prompt.length + i] = owner === sample ? BigInt(this.#place[i]) : nowhere;
      });
    });
    return { position, keys };
  }
}
