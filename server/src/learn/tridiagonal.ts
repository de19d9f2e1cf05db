import { dotAt } from "./dense.ts";

/** A symmetric matrix as Q T Qᵀ: T tridiagonal, Q orthogonal. */
export interface Tridiagonal {
  /** `[n]` */
  readonly diagonal: Float64Array;
  /** `[n]` what stands beside it: `beside[k]` between k − 1 and k, the first is 0. */
  readonly beside: Float64Array;
  /** `[n · n]`, row-major. */
  readonly q: Float64Array;
}

/**
 * By Householder's reflections (Householder 1958; Golub and Van Loan, 8.3.1). T + α I is then solved in n steps for any α, where a
 * factor of the matrix itself would be made anew for each.
 * @param a `[n · n]` given by its lower triangle; written over
 */
export function tridiagonalOf(a: Float64Array, n: number): Tridiagonal {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
  const beside = new Float64Array(n);
  // The reflections I − βvvᵀ: v of step k is [n − k − 1] long.
  const steps: { v: Float64Array; beta: number }[] = [];
  for (let k = 0; k < n - 2; k++) {
    const v = Float64Array.from({ length: n - k - 1 }, (_, i) => a[(k + 1 + i) * n + k]);
    const size = Math.sqrt(dotAt(v, 0, v, 0, v.length));
    const sign = v[0] > 0 ? -1 : 1;
    beside[k + 1] = sign * size;
    v[0] -= sign * size;
    const squares = dotAt(v, 0, v, 0, v.length);
    const beta = squares > 0 ? 2 / squares : 0;
    steps.push({ v, beta });
    if (beta > 0) reflect(a, n, k + 1, v, beta);
  }
  if (n > 1) beside[n - 1] = a[(n - 1) * n + n - 2];
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  return { diagonal, beside, q: productOf(steps, n) };
}

/** H A H of the part of A that begins at `from`, H = I − βvvᵀ. */
function reflect(a: Float64Array, n: number, from: number, v: Float64Array, beta: number): void {
  const m = v.length;
  const w = Float64Array.from(v, (_, i) => beta * dotAt(a, (from + i) * n + from, v, 0, m));
  const half = (beta / 2) * dotAt(w, 0, v, 0, m);
  for (let i = 0; i < m; i++) w[i] -= half * v[i];
  for (let i = 0; i < m; i++) {
    const at = (from + i) * n + from;
    const [p, q] = [v[i], w[i]];
    for (let j = 0; j < m; j++) a[at + j] -= p * w[j] + q * v[j];
  }
}

/** The product of all reflections, the last of which touches least and so comes first. */
function productOf(steps: { v: Float64Array; beta: number }[], n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = steps.length - 1; k >= 0; k--) {
    const { v, beta } = steps[k];
    if (beta === 0) continue;
    const from = k + 1;
    const sums = new Float64Array(v.length);
    for (let i = 0; i < v.length; i++) {
      const at = (from + i) * n + from;
      for (let j = 0; j < v.length; j++) sums[j] += v[i] * q[at + j];
    }
    for (let i = 0; i < v.length; i++) {
      const at = (from + i) * n + from;
      const by = beta * v[i];
      for (let j = 0; j < v.length; j++) q[at + j] -= by * sums[j];
    }
  }
  return q;
}

/** T + α I = L D Lᵀ, with L's diagonal 1. */
export interface Shifted {
  /** `[n]` inverses of D. */
  readonly inverse: Float64Array;
  /** `[n]` what stands below L's diagonal: `below[k]` between k − 1 and k. */
  readonly below: Float64Array;
}

/** @param alpha such that T + α I is positive definite */
export function shifted({ diagonal, beside }: Tridiagonal, alpha: number): Shifted {
  const n = diagonal.length;
  const inverse = new Float64Array(n);
  const below = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    if (k > 0) below[k] = beside[k] * inverse[k - 1];
    inverse[k] = 1 / (diagonal[k] + alpha - below[k] * (k > 0 ? beside[k] : 0));
  }
  return { inverse, below };
}
