import { factor, solveOne } from "./cholesky.ts";
import type { Matrix } from "./data.ts";
import { allRows, gather, gramOfColumns, gramOfRows, project } from "./products.ts";

/** Multiplies by (λ I + ρ XᵀX / n)⁻¹ the run of `columns` numbers that begins at `at`, in place. */
export type Inverse = (vector: Float64Array, at: number) => void;

/** That for any λ > 0 and ρ. */
export type Inverses = (lambda: number, rho: number) => Inverse;

/** Beyond this the factor costs more than it saves, and the diagonal alone is used. */
const widest = 2048;

/**
 * Approximate inverses of the Hessian λ I + XᵀDX / n of linear models, D replaced by its mean ρ: {@link exactInverses} of rows
 * spread over the data, at most eight a column.
 * @param x standardised columns
 */
export function inversesOf(x: Matrix): Inverses {
  const d = x.columns;
  const step = Math.max(1, x.rows / (8 * d));
  const rows = allRows(Math.floor(x.rows / step)).map((i) => Math.floor(i * step));
  if (Math.min(rows.length, d) <= widest) return exactInverses(x, rows);
  return diagonalInverses(new Float64Array(d).fill(1));
}

/** Approximate inverses by the diagonal of XᵀX / n alone. @param squares `[columns]` mean square of each column */
export function diagonalInverses(squares: Float64Array): Inverses {
  return (lambda, rho) => (vector, at) => {
    for (let j = 0; j < squares.length; j++) vector[at + j] /= lambda + rho * squares[j];
  };
}

/**
 * Inverses of λ I + ρ XᵀX / n, X being n rows of a matrix: XᵀX is computed once, or X Xᵀ where there are fewer rows than columns
 * (Woodbury's identity).
 */
export function exactInverses(x: Matrix, rows: Int32Array): Inverses {
  const n = rows.length;
  const d = x.columns;
  if (n >= d) return inversesOfGram(gramOfColumns(x, rows), d, n);
  const gram = gramOfRows(x, rows);
  return (lambda, rho) => {
    const a = Float64Array.from(gram);
    for (let i = 0; i < n; i++) a[i * n + i] += (lambda * n) / rho;
    factor(a, n, singular);
    const [inner, back] = [new Float64Array(n), new Float64Array(d)];
    return (vector, at) => {
      project(x, rows, vector.subarray(at, at + d), 1, inner);
      solveOne(a, inner, n);
      gather(x, rows, inner, 1, back);
      for (let j = 0; j < d; j++) vector[at + j] = (vector[at + j] - back[j]) / lambda;
    };
  };
}

/** Inverses of λ I + ρ G / n, G `[d · d]` given by its lower triangle. */
export function inversesOfGram(gram: Float64Array, d: number, n: number): Inverses {
  return (lambda, rho) => {
    const a = gram.map((it) => (it * rho) / n);
    for (let j = 0; j < d; j++) a[j * d + j] += lambda;
    factor(a, d, singular);
    return (vector, at) => solveOne(a, vector, d, at);
  };
}

const singular = "Some columns follow from others: give the probe a stronger penalty.";
