import { tile } from "./tile.ts";

/** Columns that are finished together, a multiple of 3: what comes from all before is subtracted in tiles. */
const block = 48;

/**
 * The lower triangle L of a symmetric matrix a = L Lᵀ given by its lower triangle; written over it. In f64, by blocks of columns.
 * @param a `[n · n]`, row-major; what is above the diagonal is neither read nor written
 * @param onSingular what to say where the matrix is not positive definite
 * @throws RangeError saying that
 */
export function factor(a: Float64Array, n: number, onSingular: string): Float64Array {
  const found = new Float64Array(9);
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    if (from > 0) subtractBefore(a, n, from, to, found);
    for (let i = from; i < n; i++) {
      const row = i * n;
      const last = Math.min(i, to);
      for (let j = from; j < last; j++)
        a[row + j] = (a[row + j] - dot(a, row + from, j * n + from, j - from)) / a[j * n + j];
      if (i >= to) continue;
      const square = a[row + i] - dot(a, row + from, row + from, i - from);
      // What rounding leaves of a pivot that is truly 0 would be divided by.
      if (!(square > 1e-14 * diagonal[i])) throw new RangeError(onSingular);
      a[row + i] = Math.sqrt(square);
    }
  }
  return a;
}

/** Takes from the columns `[from, to)`, from their diagonal down, what the finished columns before them make up. */
function subtractBefore(a: Float64Array, n: number, from: number, to: number, found: Float64Array): void {
  for (let i = from; i < n; i += 3)
    for (let j = from; j < to && j <= i + 2; j += 3) {
      // Runs beyond the last row would be read outside the array: the last rows are taken again, and left as they are.
      const row = Math.min(i, n - 3);
      const column = Math.min(j, n - 3);
      tile(a, row * n, column * n, n, from, found);
      for (let p = Math.max(i, row); p < row + 3; p++)
        for (let q = Math.max(j, column); q < column + 3 && q < to && q <= p; q++)
          a[p * n + q] -= found[(p - row) * 3 + q - column];
    }
}

/** Solves L Lᵀ X = B for `columns` right-hand sides; B `[n · columns]` becomes X. */
export function solveInPlace(l: Float64Array, b: Float64Array, n: number, columns: number): void {
  const subtract = (to: number, from: number, factor: number) => {
    if (factor !== 0) for (let c = 0; c < columns; c++) b[to * columns + c] -= factor * b[from * columns + c];
  };
  const divide = (row: number) => {
    for (let c = 0; c < columns; c++) b[row * columns + c] /= l[row * n + row];
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtract(i, k, l[i * n + k]);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    divide(i);
    for (let k = 0; k < i; k++) subtract(k, i, l[i * n + k]);
  }
}

/** Solves L Lᵀ x = b for one right-hand side `[n]` that begins at `at`; b becomes x. */
export function solveOne(l: Float64Array, b: Float64Array, n: number, at = 0): void {
  for (let i = 0; i < n; i++) {
    let [sum, other] = [b[at + i], 0];
    const row = i * n;
    let k = 0;
    for (; k + 1 < i; k += 2) {
      sum -= l[row + k] * b[at + k];
      other -= l[row + k + 1] * b[at + k + 1];
    }
    if (k < i) sum -= l[row + k] * b[at + k];
    b[at + i] = (sum + other) / l[row + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = b[at + i] / l[row + i];
    b[at + i] = value;
    for (let k = 0; k < i; k++) b[at + k] -= l[row + k] * value;
  }
}

/** Of two runs in one array. */
function dot(a: Float64Array, p: number, q: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += a[p + k] * a[q + k];
    s1 += a[p + k + 1] * a[q + k + 1];
    s2 += a[p + k + 2] * a[q + k + 2];
    s3 += a[p + k + 3] * a[q + k + 3];
  }
  for (; k < length; k++) s0 += a[p + k] * a[q + k];
  return s0 + s1 + (s2 + s3);
}
