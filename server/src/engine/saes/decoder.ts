import type { Direction } from "../directions.ts";
import type { ActiveRow } from "./activate.ts";

/** The decoder half of an SAE: reads only the rows of active latents, L0 of them instead of all. */
export class SparseDecoder {
  /** `[n, d]` */
  readonly #rows: Float32Array;
  /** `[d]` */
  readonly bias: Float32Array;
  /** `[n]` norms that activations are divided by before decoding, where the SAE rescales. */
  readonly norms: Float32Array | null;
  readonly #sum: Float64Array;

  constructor(rows: Float32Array, bias: Float32Array, rescale: boolean) {
    this.#rows = rows;
    this.bias = bias;
    this.norms = rescale ? rowNorms(rows, bias.length) : null;
    this.#sum = new Float64Array(bias.length);
  }

  /** Whether every number of it is finite. */
  get finite(): boolean {
    return allFinite(this.#rows) && allFinite(this.bias);
  }

  /** A copy of rows `from` to `to`. */
  slice(from: number, to: number): Float32Array {
    return this.#rows.slice(from * this.bias.length, to * this.bias.length);
  }

  /** `[n]` norms of all rows. */
  rowNorms(): Float32Array {
    return this.norms ?? rowNorms(this.#rows, this.bias.length);
  }

  /** `[n]` products of all rows with `x` `[d]`; sums in f64. */
  products(x: Float64Array): Float64Array {
    const d = this.bias.length;
    const rows = this.#rows;
    const out = new Float64Array(rows.length / d);
    for (let row = 0, at = 0; row < out.length; row++) {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += rows[at++] * x[i];
      out[row] = sum;
    }
    return out;
  }

  /** The decoder direction of a latent, in the units of its activation: of norm 1 where activations are scaled by norms. */
  direction(hook: string, latent: number): Direction {
    return { hook, vector: this.step(latent, 1), unit: "raw" };
  }

  /** What an activation of `value` of a latent adds to the decoded row: `[d]`. */
  step(latent: number, value: number): Float32Array {
    const d = this.bias.length;
    const factor = this.norms ? value / this.norms[latent] : value;
    return this.#rows.slice(latent * d, (latent + 1) * d).map((it) => it * factor);
  }

  /** ‖x − x̂‖² of the token at `x[at .. at + d)`, where x̂ = y · scale + shift and y is the decoded row; sums in f64. */
  squaredError(x: Float32Array, at: number, row: ActiveRow, scale: number, shift: number): number {
    const y = this.#sum;
    const d = y.length;
    y.set(this.bias);
    // Four rows at a time: a quarter of the passes over y.
    let j = 0;
    for (; j + 4 <= row.indices.length; j += 4) this.#addFour(row, j);
    for (; j < row.indices.length; j++) {
      const [from, value] = [row.indices[j] * d, this.#coefficient(row, j)];
      for (let i = 0; i < d; i++) y[i] += value * this.#rows[from + i];
    }
    let error = 0;
    for (let i = 0; i < d; i++) error += (x[at + i] - (y[i] * scale + shift)) ** 2;
    return error;
  }

  #addFour(row: ActiveRow, j: number): void {
    const y = this.#sum;
    const rows = this.#rows;
    const d = y.length;
    const a = row.indices[j] * d;
    const b = row.indices[j + 1] * d;
    const c = row.indices[j + 2] * d;
    const e = row.indices[j + 3] * d;
    const va = this.#coefficient(row, j);
    const vb = this.#coefficient(row, j + 1);
    const vc = this.#coefficient(row, j + 2);
    const ve = this.#coefficient(row, j + 3);
    for (let i = 0; i < d; i++)
      y[i] += va * rows[a + i] + vb * rows[b + i] + vc * rows[c + i] + ve * rows[e + i];
  }

  #coefficient(row: ActiveRow, j: number): number {
    return this.norms ? row.values[j] / this.norms[row.indices[j]] : row.values[j];
  }
}

/** True where no number is NaN or infinite. */
export function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function rowNorms(matrix: Float32Array, columns: number): Float32Array {
  return Float32Array.from({ length: matrix.length / columns }, (_, row) => {
    let squares = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) squares += matrix[i] * matrix[i];
    return Math.sqrt(squares);
  });
}
