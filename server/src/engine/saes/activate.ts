import type { SaeConfig } from "./config.ts";

/** Active latents of one token. */
export interface ActiveRow {
  indices: Int32Array;
  values: Float32Array;
}

/** A value's bits and its place in one double: 31 bits of a positive f32, and as many of the index as are left of 52. */
const indexRange = 2 ** 21;

/** Turns pre-activations into active latents; holds the buffers that this needs, since it runs once a token. */
export class Activation {
  readonly #topK: number | null;
  readonly #gate: Float32Array;
  readonly #norms: Float32Array | null;
  readonly #values: Float32Array;
  /** The same memory as whole numbers: those of positive floats are in the same order. */
  readonly #bits: Uint32Array;
  readonly #found: Int32Array;
  readonly #keys: Float64Array;

  /**
   * @param threshold `[n]` for jumprelu
   * @param norms `[n]` decoder norms where the top k is taken on rescaled pre-activations
   */
  constructor(config: SaeConfig, threshold: Float32Array | null, norms: Float32Array | null) {
    const { width } = config;
    this.#topK = config.architecture === "topk" ? config.k : null;
    // A latent never fires at or below 0, whatever its threshold.
    this.#gate = threshold ? threshold.map((value) => Math.max(0, value)) : new Float32Array(width);
    this.#norms = norms;
    this.#values = new Float32Array(width);
    this.#bits = new Uint32Array(this.#values.buffer);
    this.#found = new Int32Array(width);
    this.#keys = new Float64Array(width);
  }

  /** Active latents, strongest first, of the token whose pre-activations are `pre[base .. base + n)`. */
  activate(pre: Float32Array, base: number): ActiveRow {
    const values = this.#values;
    const norms = this.#norms;
    if (norms) for (let i = 0; i < values.length; i++) values[i] = pre[base + i] * norms[i];
    else values.set(pre.subarray(base, base + values.length));
    const count =
      this.#topK === null
        ? above(values, this.#gate, this.#found)
        : positiveOf(largest(values, this.#topK), values, this.#found);
    return this.#sorted(count);
  }

  /** Strongest first, the lower index first among equals; a native sort of numbers that hold both. */
  #sorted(count: number): ActiveRow {
    const keys = this.#keys.subarray(0, count);
    for (let j = 0; j < count; j++) {
      const latent = this.#found[j];
      keys[j] = this.#bits[latent] * indexRange + (indexRange - 1 - latent);
    }
    keys.sort();
    const row = { indices: new Int32Array(count), values: new Float32Array(count) };
    for (let j = 0; j < count; j++) {
      const latent = indexRange - 1 - (keys[count - 1 - j] % indexRange);
      row.indices[j] = latent;
      row.values[j] = this.#values[latent];
    }
    return row;
  }
}

/** Writes the indices whose value exceeds its gate; returns how many. */
function above(values: Float32Array, gate: Float32Array, found: Int32Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > gate[i]) found[count++] = i;
  return count;
}

function positiveOf(indices: number[], values: Float32Array, found: Int32Array): number {
  let count = 0;
  for (const i of indices) if (values[i] > 0) found[count++] = i;
  return count;
}

/** Indices of the k largest values, of equal ones the lowest, by a min-heap. */
function largest(values: Float32Array, k: number): number[] {
  const heap: number[] = [];
  const isLess = (a: number, b: number) => values[a] < values[b] || (values[a] === values[b] && a > b);
  const sink = (from: number) => {
    let i = from;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && isLess(heap[child], heap[least])) least = child;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least], heap[i]];
      i = least;
    }
  };
  const size = Math.min(k, values.length);
  for (let i = 0; i < size; i++) heap.push(i);
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i);
  for (let i = size; i < values.length; i++)
    if (values[i] > values[heap[0]]) {
      heap[0] = i;
      sink(0);
    }
  return heap;
}
