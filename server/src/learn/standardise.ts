import type { Matrix } from "./data.ts";

/** Means and scales of columns, as scikit-learn's StandardScaler has them. */
export interface Scaling {
  /** `[columns]` */
  readonly mean: Float64Array;
  /** `[columns]` standard deviations (of n, not n − 1); 1 where a column is constant up to rounding. */
  readonly scale: Float64Array;
}

export function scalingOf({ rows, columns, values }: Matrix): Scaling {
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  for (let r = 0; r < rows; r++) for (let j = 0; j < columns; j++) mean[j] += values[r * columns + j];
  for (let j = 0; j < columns; j++) mean[j] /= rows;
  for (let r = 0; r < rows; r++)
    for (let j = 0; j < columns; j++) variance[j] += (values[r * columns + j] - mean[j]) ** 2;
  const epsilon = Number.EPSILON;
  const scale = variance.map((sum, j) => {
    const it = sum / rows;
    const rounding = rows * epsilon * it + (rows * mean[j] * epsilon) ** 2;
    return it <= rounding ? 1 : Math.sqrt(it);
  });
  return { mean, scale };
}

/** A copy with columns of mean 0 and deviation 1. */
export function standardised(x: Matrix, { mean, scale }: Scaling): Matrix {
  const { rows, columns } = x;
  const values = new Float32Array(rows * columns);
  for (let r = 0, at = 0; r < rows; r++)
    for (let j = 0; j < columns; j++, at++) values[at] = (x.values[at] - mean[j]) / scale[j];
  return { rows, columns, values };
}

/**
 * Weights of standardised columns as weights and intercepts of raw ones, in f32. The intercepts are those of the rounded weights,
 * so that at the mean nothing is lost.
 * @param w `[outputs · columns]` @param b `[outputs]`
 */
export function unstandardised(
  w: Float64Array,
  b: ArrayLike<number>,
  { mean, scale }: Scaling,
): { weight: Float32Array; bias: Float32Array } {
  const d = mean.length;
  const weight = Float32Array.from({ length: b.length * d }, (_, i) => w[i] / scale[i % d]);
  const bias = Float32Array.from(b, (it, o) => {
    let sum = it;
    for (let j = 0; j < d; j++) sum -= weight[o * d + j] * mean[j];
    return sum;
  });
  return { weight, bias };
}
