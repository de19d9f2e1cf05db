import type { BlockPort } from "../models/blocks.ts";
import type { Product } from "../products.ts";
import { normalise } from "../saes/normalise.ts";
import type { Sae } from "../saes/sae.ts";
import type { Block, Row } from "./block.ts";

/** What a block found on the tokens of a pass, `[rows · C]`. */
export interface Reading {
  f: Float32Array;
  /** Whether f is not 0. */
  fires: Uint8Array;
  /** Whether each column holds as a condition; empty where none is one. */
  held: Float32Array;
  /** `[rows]` what undoes the normalisation. */
  scales: Float64Array;
}

/** A block whose tokens are read and changed outside the graph, in the way that `models/blocks.ts` writes into it. */
export class DirectBlock {
  readonly block: Block;
  /** What the graph calls its outputs. */
  readonly port: BlockPort;
  readonly #width: number;
  /** `[C, d]` */
  readonly #encoder: Float32Array;
  readonly #token: Float32Array;

  constructor(block: Block, port: BlockPort) {
    this.block = block;
    this.port = port;
    const { encoder } = block.read;
    const count = block.columns.length;
    const d = encoder.length / count;
    this.#width = d;
    this.#token = new Float32Array(d);
    this.#encoder = new Float32Array(this.#readsAll ? 0 : encoder.length);
    if (this.#readsAll) return;
    for (let c = 0; c < count; c++)
      for (let i = 0; i < d; i++) this.#encoder[c * d + i] = encoder[i * count + c];
  }

  /** Which latents a top-k SAE keeps depends on all of them. */
  get #readsAll(): boolean {
    return this.block.spec.topK !== null;
  }

  /**
   * @param x `[rows, d]`
   * @param before what held on the tokens before, `[rows · C]`
   * @param product for an SAE that is read as a whole
   */
  read(x: Float32Array, before: Float32Array | null, product: Product): Reading {
    const reading = this.#begin(x);
    for (let row = 0; row < reading.scales.length; row++)
      if (this.#readsAll) this.#readAll(reading, x, row, product);
      else this.#readColumns(reading, x, row);
    return this.#concluded(reading, before);
  }

  #readColumns({ f, fires, scales }: Reading, x: Float32Array, row: number): void {
    const { columns, read, spec } = this.block;
    const { center, bias, threshold } = read;
    const [d, count, encoder, token] = [this.#width, columns.length, this.#encoder, this.#token];
    scales[row] = normalise(x, row * d, token, 0, d, spec.normalize).scale;
    for (let i = 0; i < d; i++) token[i] -= center[i];
    for (let c = 0; c < count; c++) {
      const pre = bias[c] + dot(token, encoder, c * d);
      if (pre <= threshold[c]) continue;
      f[row * count + c] = pre;
      fires[row * count + c] = 1;
    }
  }

  #readAll({ f, fires, scales }: Reading, x: Float32Array, row: number, product: Product): void {
    const { columns, sae, spec } = this.block;
    const d = this.#width;
    const own = x.slice(row * d, (row + 1) * d);
    const { indices, values } = (sae as Sae).activate(own, product);
    scales[row] = normalise(own, 0, this.#token, 0, d, spec.normalize).scale;
    columns.forEach(({ latent }, c) => {
      const at = latent ? indices.indexOf(latent.latent) : -1;
      if (at < 0) return;
      f[row * columns.length + c] = values[at];
      fires[row * columns.length + c] = 1;
    });
  }

  /**
   * Adds what the columns change to `x` `[rows, d]`, as much as `weights` `[rows · C]` say.
   * @param heldOf what was read of a block at this hook point or before
   * @returns whose gate was open `[rows · C]`
   */
  change(
    { f, fires, scales }: Reading,
    x: Float32Array,
    weights: Float32Array,
    heldOf: (block: Block) => Float32Array,
  ): Float32Array {
    const { columns, read } = this.block;
    const { decoder } = read;
    const [d, count] = [this.#width, columns.length];
    const gate = new Float32Array(f.length);
    for (let i = 0; i < f.length; i++) {
      const row = Math.floor(i / count);
      const column = columns[i % count];
      if (column.onlyFiring && fires[i] === 0) continue;
      if (column.gates.length > 0 && !isOpen(column, row, heldOf)) continue;
      gate[i] = 1;
      const wanted = Math.min(Math.max(column.alpha * f[i] + column.beta, column.low), column.high);
      const share = (wanted - f[i]) * weights[i] * scales[row];
      if (share === 0) continue;
      for (let j = 0, from = (i % count) * d, to = row * d; j < d; j++)
        x[to + j] += share * decoder[from + j];
    }
    return gate;
  }

  #begin(x: Float32Array): Reading {
    const rows = x.length / this.#width;
    const count = this.block.columns.length;
    return {
      f: new Float32Array(rows * count),
      fires: new Uint8Array(rows * count),
      held: new Float32Array(this.block.spec.conditions === "none" ? 0 : rows * count),
      scales: new Float64Array(rows),
    };
  }

  #concluded(reading: Reading, before: Float32Array | null): Reading {
    const { columns } = this.block;
    const { held, f } = reading;
    for (let i = 0; i < held.length; i++)
      held[i] = Number(holds(columns[i % columns.length], f[i], before !== null && before[i] > 0));
    return reading;
  }
}

function holds({ sign, on, off }: Row, f: number, before: boolean): boolean {
  return sign * f > on || (before && sign * f > off);
}

function isOpen({ gates }: Row, row: number, heldOf: (block: Block) => Float32Array): boolean {
  return gates.every(({ block, column }) => heldOf(block)[row * block.columns.length + column] > 0);
}

/** v · w[from …], in four sums, since each waits for itself. */
function dot(v: Float32Array, w: Float32Array, from: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < v.length; i += 4) {
    a += v[i] * w[from + i];
    b += v[i + 1] * w[from + i + 1];
    c += v[i + 2] * w[from + i + 2];
    d += v[i + 3] * w[from + i + 3];
  }
  for (; i < v.length; i++) a += v[i] * w[from + i];
  return a + b + (c + d);
}
