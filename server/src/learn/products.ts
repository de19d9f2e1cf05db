import type { Matrix } from "./data.ts";
import { tile } from "./tile.ts";

/** Every row of a matrix, by number. */
export const allRows = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i);

/**
 * Z = X Wᵀ for some rows of X, into `z` `[rows · outputs]`: the inner product of every row with every weight. Four rows at a time,
 * so that each weight is read once for four products. Sums are f64.
 * @param rows numbers of the rows @param w `[outputs · columns]`
 */
export function project(
  { values, columns: d }: Matrix,
  rows: Int32Array,
  w: Float64Array,
  outputs: number,
  z: Float64Array,
): void {
  let i = 0;
  for (; i + 3 < rows.length; i += 4) {
    const [a, b, c, e] = [rows[i] * d, rows[i + 1] * d, rows[i + 2] * d, rows[i + 3] * d];
    for (let o = 0; o < outputs; o++) {
      const at = o * d;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < d; j++) {
        const weight = w[at + j];
        s0 += weight * values[a + j];
        s1 += weight * values[b + j];
        s2 += weight * values[c + j];
        s3 += weight * values[e + j];
      }
      z[i * outputs + o] = s0;
      z[(i + 1) * outputs + o] = s1;
      z[(i + 2) * outputs + o] = s2;
      z[(i + 3) * outputs + o] = s3;
    }
  }
  for (; i < rows.length; i++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += w[o * d + j] * values[rows[i] * d + j];
      z[i * outputs + o] = sum;
    }
}

/**
 * G = Rᵀ X for some rows of X, into `g` `[outputs · columns]`, which is overwritten: the sum of rows, each as often as `r` says.
 * @param r `[rows · outputs]`
 */
export function gather(
  { values, columns: d }: Matrix,
  rows: Int32Array,
  r: Float64Array,
  outputs: number,
  g: Float64Array,
): void {
  g.fill(0, 0, outputs * d);
  let i = 0;
  for (; i + 3 < rows.length; i += 4) {
    const [a, b, c, e] = [rows[i] * d, rows[i + 1] * d, rows[i + 2] * d, rows[i + 3] * d];
    for (let o = 0; o < outputs; o++) {
      const at = o * d;
      const r0 = r[i * outputs + o];
      const r1 = r[(i + 1) * outputs + o];
      const r2 = r[(i + 2) * outputs + o];
      const r3 = r[(i + 3) * outputs + o];
      for (let j = 0; j < d; j++)
        g[at + j] += r0 * values[a + j] + r1 * values[b + j] + (r2 * values[c + j] + r3 * values[e + j]);
    }
  }
  for (; i < rows.length; i++)
    for (let o = 0; o < outputs; o++) {
      const amount = r[i * outputs + o];
      for (let j = 0; j < d; j++) g[o * d + j] += amount * values[rows[i] * d + j];
    }
}

/** Rows or columns packed at a time: a panel of a thousand of them stays in the second-level cache. */
const depth = 128;

/** XᵀX of some rows, `[columns · columns]`, its lower triangle; sums are f64. */
export function gramOfColumns({ values, columns: d }: Matrix, rows: Int32Array): Float64Array {
  return products(d, rows.length, (panel, from, length) => {
    for (let r = 0; r < length; r++) {
      const at = rows[from + r] * d;
      for (let j = 0; j < d; j++) panel[j * depth + r] = values[at + j];
    }
  });
}

/** X Xᵀ of some rows, `[rows · rows]`, its lower triangle; sums are f64. */
export function gramOfRows({ values, columns: d }: Matrix, rows: Int32Array): Float64Array {
  return products(rows.length, d, (panel, from, length) => {
    for (let i = 0; i < rows.length; i++) {
      const at = rows[i] * d + from;
      for (let c = 0; c < length; c++) panel[i * depth + c] = values[at + c];
    }
  });
}

/** All inner products of n vectors given a stretch of each at a time, in tiles of 3 by 3 that stay in registers. */
function products(
  n: number,
  length: number,
  pack: (panel: Float64Array, from: number, length: number) => void,
): Float64Array {
  const total = new Float64Array(n * n);
  // Rows beyond n stay 0, so that the last tile needs no case of its own.
  const panel = new Float64Array((n + 2) * depth);
  const found = new Float64Array(9);
  for (let from = 0; from < length; from += depth) {
    const filled = Math.min(depth, length - from);
    pack(panel, from, filled);
    for (let i = 0; i < n; i += 3)
      for (let j = 0; j <= i; j += 3) {
        tile(panel, i * depth, j * depth, depth, filled, found);
        for (let row = 0; row < 3 && i + row < n; row++)
          for (let column = 0; column < 3 && j + column <= i + row; column++)
            total[(i + row) * n + j + column] += found[row * 3 + column];
      }
  }
  return total;
}
