import type { Matrix } from "../data.ts";

/** What makes columns comparable. */
export interface Scales {
  /** `[columns]` */
  readonly mean: Float32Array;
  /** `[columns]` standard deviations; 1 where a column is always the same. */
  readonly deviation: Float32Array;
}

/**
 * Mean and deviation of each column over some rows, as scikit-learn's `StandardScaler`, summed in f64.
 * @throws RangeError where a number is not finite, or all rows are the same
 */
export function scalesOf({ columns, values }: Matrix, rows: ArrayLike<number>): Scales {
  const mean = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < columns; k++) mean[k] += values[rows[i] * columns + k] / rows.length;
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < columns; k++) squares[k] += (values[rows[i] * columns + k] - mean[k]) ** 2;
  if (!mean.every(Number.isFinite) || !squares.every(Number.isFinite))
    throw new RangeError("An activation is not a finite number: collect the activations again.");
  // What rounding leaves of a column that is always the same is no spread.
  const deviation = Float32Array.from(squares, (it, k) => {
    const found = Math.sqrt(it / rows.length);
    return found > 1e-7 * Math.abs(mean[k]) ? found : 0;
  });
  if (deviation.every((it) => it === 0))
    throw new RangeError("All examples have the same activations, so nothing can be learnt: give others.");
  return { mean: Float32Array.from(mean), deviation: deviation.map((it) => it || 1) };
}

/** Rows less the mean, over the deviation. @throws RangeError where the width is another */
export function scaled(x: Matrix, { mean, deviation }: Scales): Matrix {
  checkWidth(x, mean.length);
  const { rows, columns } = x;
  const values = x.values.map((it, k) => (it - mean[k % columns]) / deviation[k % columns]);
  return { rows, columns, values };
}

/** @throws RangeError in words for the user */
export function checkWidth({ columns }: Matrix, expected: number): void {
  if (columns !== expected)
    throw new RangeError(
      `The probe reads ${expected} numbers a token, and was given ${columns}: use it at the hook point of the model that it was trained on.`,
    );
}

export function everyRow({ rows }: Matrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => i);
}
