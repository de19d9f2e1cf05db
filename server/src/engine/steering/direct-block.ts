import { normalise } from "../saes/normalise.ts";
import type { Block, Row } from "./block.ts";

/** What a block found on the tokens of a pass, `[rows · C]`. */
export interface Reading {
  block: Block;
  f: Float32Array;
  /** Whether f is not 0. */
  fires: Uint8Array;
  /** Whether each column holds as a condition. */
  held: Float32Array;
  /** `[rows]` what undoes the normalisation. */
  scales: Float64Array;
}

/** A block's columns as numbers that are read in order: encoders `[C, d]`. */
export class DirectBlock {
  readonly block: Block;
  readonly #encoder: Float32Array;

  constructor(block: Block) {
    this.block = block;
    const { encoder } = block.read;
    const count = block.columns.length;
    const d = encoder.length / count;
    this.#encoder = new Float32Array(encoder.length);
    for (let c = 0; c < count; c++)
      for (let i = 0; i < d; i++) this.#encoder[c * d + i] = encoder[i * count + c];
  }

  /**
   * Reads tokens outside the graph: the same as `models/blocks.ts` writes into it.
   * @param x `[rows, d]` @param before what held on the tokens before, `[rows · C]`
   */
  async read(x: Float32Array, rows: number, before: Float32Array | null): Promise<Reading> {
    const { columns, sae, spec } = this.block;
    const count = columns.length;
    const f = new Float32Array(rows * count);
    const fires = new Uint8Array(rows * count);
    const scales = new Float64Array(rows).fill(1);
    // Which latents a top-k SAE keeps depends on all of them.
    if (sae && spec.topK) await this.#readAll(x, rows, f, fires, scales);
    else this.#readSome(x, rows, f, fires, scales);
    const held = f.map((value, i) => Number(holds(columns[i % count], value, (before?.[i] ?? 0) > 0)));
    return { block: this.block, f, fires, held, scales };
  }

  /** Adds what the columns change to `x` `[rows, d]`, as much as `weights` `[rows · C]` say; @returns whose gate was open */
  change(
    { f, fires, scales }: Reading,
    x: Float32Array,
    weights: Float32Array,
    heldOf: (block: Block) => Float32Array,
  ): Float32Array {
    const { columns, read } = this.block;
    const count = columns.length;
    const d = read.decoder.length / count;
    const gate = new Float32Array(f.length);
    for (let i = 0; i < f.length; i++) {
      const row = Math.floor(i / count);
      const column = columns[i % count];
      const open = column.gates.every(
        ({ block, column: c }) => heldOf(block)[row * block.columns.length + c] > 0,
      );
      gate[i] = Number(open && (fires[i] === 1 || !column.onlyFiring));
      const wanted = Math.min(Math.max(column.alpha * f[i] + column.beta, column.low), column.high);
      const share = (wanted - f[i]) * gate[i] * weights[i] * scales[row];
      if (share === 0) continue;
      const from = (i % count) * d;
      for (let j = 0; j < d; j++) x[row * d + j] += share * read.decoder[from + j];
    }
    return gate;
  }

  async #readAll(
    x: Float32Array,
    rows: number,
    f: Float32Array,
    fires: Uint8Array,
    scales: Float64Array,
  ): Promise<void> {
    const { columns, sae, spec } = this.block;
    const d = x.length / rows;
    const { tokens } = await sae!.encode(x, rows);
    const scratch = new Float32Array(d);
    tokens.forEach(({ indices, values }, row) => {
      scales[row] = normalise(x, row * d, scratch, 0, d, spec.normalize).scale;
      columns.forEach(({ latent }, c) => {
        const at = latent ? indices.indexOf(latent.latent) : -1;
        if (at < 0) return;
        f[row * columns.length + c] = values[at];
        fires[row * columns.length + c] = 1;
      });
    });
  }

  #readSome(x: Float32Array, rows: number, f: Float32Array, fires: Uint8Array, scales: Float64Array): void {
    const { columns, read, spec } = this.block;
    const count = columns.length;
    const d = x.length / rows;
    const token = new Float32Array(d);
    for (let row = 0; row < rows; row++) {
      scales[row] = normalise(x, row * d, token, 0, d, spec.normalize).scale;
      for (let i = 0; i < d; i++) token[i] -= read.center[i];
      for (let c = 0; c < count; c++) {
        let pre = read.bias[c];
        for (let i = 0; i < d; i++) pre += token[i] * this.#encoder[c * d + i];
        if (pre <= read.threshold[c]) continue;
        f[row * count + c] = pre;
        fires[row * count + c] = 1;
      }
    }
  }
}

function holds({ sign, on, off }: Row, f: number, before: boolean): boolean {
  return sign * f > on || (before && sign * f > off);
}
