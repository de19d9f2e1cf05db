import type { Matrix } from "./data.ts";
import { addAt } from "./dense.ts";
import { allRows, gather, gramOfColumns, gramOfRows, project } from "./products.ts";
import { type Shifted, shifted, type Tridiagonal, tridiagonalOf } from "./tridiagonal.ts";

/** Rows whose coordinates are held at a time. */
const chunk = 256;

/**
 * Mean squared error of ridge regression on each row told by all others, for every α, without a fit for any: what a row's residual is
 * when it is left out is (yᵢ − ŷᵢ) / (1 − hᵢᵢ), H being the matrix that turns y into ŷ (Allen 1974; Golub, Heath and Wahba 1979), as
 * scikit-learn's `RidgeCV` without `cv`. The Gram matrix of the columns, or of the rows where there are fewer, is made tridiagonal
 * once; then each α costs n steps a row.
 * @param x of which every column has the mean 0 @param y `[rows · outputs]` @param alphas above 0
 * @returns `[alphas]`
 */
export function leaveOneOutErrors(
  x: Matrix,
  y: Float64Array,
  outputs: number,
  alphas: readonly number[],
): Float64Array {
  const [n, d] = [x.rows, x.columns];
  const all = allRows(n);
  const isWide = n < d;
  const size = Math.min(n, d);
  const t = tridiagonalOf(isWide ? gramOfRows(x, all) : gramOfColumns(x, all), size);
  const at = alphas.map((alpha) => shifted(t, alpha));
  const centred = centredOf(y, n, outputs);
  const errors = new Float64Array(alphas.length);
  const basis = isWide ? t.q : transposed(t.q, d);
  const coordinates = (from: number, to: number): Float64Array => {
    if (isWide) return basis.subarray(from * n, to * n);
    const of = new Float64Array((to - from) * d);
    project(x, all.subarray(from, to), basis, d, of);
    return of;
  };
  const targets = targetsOf(x, isWide, t.q, centred, outputs);
  const halves = at.map((it) => halfSolved(it, targets, outputs));
  const own = new Float64Array(size);
  for (let from = 0; from < n; from += chunk) {
    const to = Math.min(n, from + chunk);
    const p = coordinates(from, to);
    for (let i = from; i < to; i++)
      alphas.forEach((alpha, a) => {
        // pᵀ(T + α)⁻¹q for q = p and for each target: L⁻¹p against D⁻¹L⁻¹q.
        const { inverse, below } = at[a];
        let leverage = 0;
        let before = 0;
        for (let k = 0, j = (i - from) * size; k < size; k++, j++) {
          before = p[j] - below[k] * before;
          own[k] = before;
          leverage += before * before * inverse[k];
        }
        const left = (isWide ? alpha * leverage : 1 - leverage) - 1 / n;
        for (let o = 0; o < outputs; o++) {
          const half = halves[a];
          let told = 0;
          for (let k = 0; k < size; k++) told += own[k] * half[o * size + k];
          const residual = isWide ? alpha * told : centred[i * outputs + o] - told;
          errors[a] += (residual / left) ** 2 / n / outputs;
        }
      });
  }
  return errors;
}

/** The targets in coordinates of T, `[outputs · size]`: Qᵀy where rows are its space, QᵀXᵀy where columns are. */
function targetsOf(
  x: Matrix,
  isWide: boolean,
  q: Float64Array,
  y: Float64Array,
  outputs: number,
): Float64Array {
  const size = isWide ? x.rows : x.columns;
  let own = y;
  let [row, column] = [outputs, 1];
  if (!isWide) {
    own = new Float64Array(outputs * size);
    gather(x, allRows(x.rows), y, outputs, own);
    [row, column] = [1, size];
  }
  const targets = new Float64Array(outputs * size);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < size; i++) addAt(targets, o * size, own[i * row + o * column], q, i * size, size);
  return targets;
}

/** D⁻¹L⁻¹ of each target `[outputs · n]`. */
function halfSolved({ inverse, below }: Shifted, targets: Float64Array, outputs: number): Float64Array {
  const n = inverse.length;
  const solved = new Float64Array(outputs * n);
  for (let o = 0; o < outputs; o++) {
    let before = 0;
    for (let k = 0; k < n; k++) {
      before = targets[o * n + k] - below[k] * before;
      solved[o * n + k] = before * inverse[k];
    }
  }
  return solved;
}

function centredOf(y: Float64Array, n: number, outputs: number): Float64Array {
  const mean = new Float64Array(outputs);
  y.forEach((it, i) => {
    mean[i % outputs] += it / n;
  });
  return y.map((it, i) => it - mean[i % outputs]);
}

function transposed(q: Tridiagonal["q"], n: number): Float64Array {
  return Float64Array.from(q, (_, i) => q[(i % n) * n + Math.floor(i / n)]);
}
