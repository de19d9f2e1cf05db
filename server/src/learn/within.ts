import { type Matrix, takeRows } from "./data.ts";
import type { Means } from "./means.ts";
import { exactInverses, type Inverse, inversesOfGram } from "./preconditioner.ts";
import { allRows, gramOfColumns } from "./products.ts";

/** How rows vary about the means of their classes, Σ (of n, not n − 1). */
export interface Within {
  /** Mean variance of a column, tr(Σ)/d. */
  readonly variance: number;
  /** Multiplies by (λ I + ρ Σ)⁻¹. */
  readonly inverse: (lambda: number, rho: number) => Inverse;
}

/**
 * Σ of some rows of standardised data, asked for fold after fold: XᵀX of all rows is computed once, and that of most rows is what the
 * others leave of it. Means that are large beside deviations would cost digits; standardised columns have none.
 */
export function withinOf(x: Matrix): (rows: Int32Array, labels: Int32Array, means: Means) => Within {
  const { columns: d } = x;
  let total: Float64Array | undefined;
  const gramOf = (rows: Int32Array): Float64Array => {
    total ??= gramOfColumns(x, allRows(x.rows));
    const rest = others(rows, x.rows);
    if (rest.length > rows.length) return gramOfColumns(x, rows);
    const left = gramOfColumns(x, rest);
    return total.map((it, i) => it - left[i]);
  };
  return (rows, labels, { means, counts }) => {
    const n = rows.length;
    if (n < d) {
      const centred = takeRows(x, rows);
      for (let i = 0, at = 0; i < n; i++)
        for (let j = 0; j < d; j++, at++) centred.values[at] -= means[labels[rows[i]] * d + j];
      let squares = 0;
      for (const it of centred.values) squares += it * it;
      return { variance: squares / n / d, inverse: exactInverses(centred, allRows(n)) };
    }
    const gram = gramOf(rows);
    counts.forEach((count, k) => {
      for (let i = 0; i < d; i++) {
        const scaled = count * means[k * d + i];
        for (let j = 0; j <= i; j++) gram[i * d + j] -= scaled * means[k * d + j];
      }
    });
    let trace = 0;
    for (let j = 0; j < d; j++) trace += gram[j * d + j];
    return { variance: trace / n / d, inverse: inversesOfGram(gram, d, n) };
  };
}

/** Numbers from 0 to n − 1 that are not among these. */
function others(rows: Int32Array, n: number): Int32Array {
  const taken = new Uint8Array(n);
  for (const r of rows) taken[r] = 1;
  return allRows(n).filter((r) => taken[r] === 0);
}
