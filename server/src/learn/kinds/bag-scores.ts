import type { Inputs } from "../data.ts";
import { fitLogistic, type SparseMatrix } from "../sparse-logistic.ts";
import { scoreOf } from "./bag-separator.ts";
import { type Scales, scaled } from "./scales.ts";

/** First row of each bag that may carry its class: of its last quarter, and of its last two rows at least. */
export function carriesOf(starts: Int32Array): Int32Array {
  return Int32Array.from({ length: starts.length - 1 }, (_, i) => {
    const size = starts[i + 1] - starts[i];
    return starts[i + 1] - Math.min(size, Math.max(2, Math.ceil(size / 4)));
  });
}

/** `[rows · classes]` the score of each row by each class's separator, `[classes, columns + 1]`. */
export function rowScores(x: Inputs["x"], separators: Float32Array, classes: number): Float64Array {
  const wide = x.columns + 1;
  return Float64Array.from({ length: x.rows * classes }, (_, at) => {
    const k = at % classes;
    return scoreOf(x, Math.floor(at / classes), separators.subarray(k * wide, (k + 1) * wide));
  });
}

/** `[bags · classes]` the largest score of its rows. @throws RangeError where a bag has no row */
export function bagScores(rows: Float64Array, starts: Int32Array | undefined, classes: number): Float32Array {
  const n = starts ? starts.length - 1 : rows.length / classes;
  const all = new Float32Array(n * classes).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    if (starts && starts[i + 1] === starts[i])
      throw new RangeError(
        `Example ${i + 1} has no token that is read: leave it out, or choose other positions.`,
      );
    for (let row = starts?.[i] ?? i; row < (starts?.[i + 1] ?? i + 1); row++)
      for (let k = 0; k < classes; k++)
        all[i * classes + k] = Math.max(all[i * classes + k], rows[row * classes + k]);
  }
  return all;
}

/** Logistic regression on the bags' standardised scores, each class weighing the same: its parameters as `fitLogistic` has them. */
export function combine(
  scores: Float32Array,
  byClass: Scales,
  labels: Int32Array,
  classes: number,
): Float32Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  const rowWeights = Float64Array.from(labels, (it) => labels.length / (classes * counts[it]));
  const fit = fitLogistic(asRows(scores, byClass, classes), labels, classes, 1, {
    rowWeights,
    tolerance: 1e-7,
  });
  return Float32Array.from(fit.parameters);
}

/** Standardised scores as rows for {@link combine}'s parameters. */
export function asRows(scores: Float32Array, byClass: Scales, classes: number): SparseMatrix {
  const rows = scores.length / classes;
  const { values } = scaled({ rows, columns: classes, values: scores }, byClass);
  return {
    rows,
    columns: classes,
    starts: Int32Array.from({ length: rows + 1 }, (_, i) => i * classes),
    indices: Int32Array.from({ length: rows * classes }, (_, at) => at % classes),
    values: Float64Array.from(values),
  };
}
