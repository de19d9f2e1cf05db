import { countsOf } from "../classes.ts";
import type { Inputs, Matrix } from "../data.ts";
import { binaryHead, type Head, softmaxHead } from "../heads.ts";
import { fitAt, predictionsAt } from "../penalty-path.ts";
import { inversesOf } from "../preconditioner.ts";
import { allRows, project } from "../products.ts";
import { denseRows } from "../rows.ts";
import { type Scaling, standardised } from "../standardise.ts";

/** Where the rows of each bag begin, and those end; a row is a bag of its own where nothing is said. `[bags + 1]` */
export function bagsOf({ x, starts }: Inputs): Int32Array {
  return starts ?? allRows(x.rows + 1);
}

/** @throws RangeError where a bag has no row */
export function checkBags(starts: Int32Array): void {
  for (let i = 0; i < starts.length - 1; i++)
    if (starts[i + 1] === starts[i])
      throw new RangeError(
        `Example ${i + 1} has no token that is read: leave it out, or choose other positions.`,
      );
}

/** `[bags]` first row of each bag that may carry its class: of its last quarter, and of its last two rows at least. */
export function carriesOf(starts: Int32Array): Int32Array {
  return Int32Array.from({ length: starts.length - 1 }, (_, i) => {
    const size = starts[i + 1] - starts[i];
    return starts[i + 1] - Math.min(size, Math.max(2, Math.ceil(size / 4)));
  });
}

/** `[rows · classes]` the score of each row by each class's separator, `[classes, columns + 1]`. */
export function rowScores(x: Matrix, separators: Float32Array, classes: number): Float64Array {
  const { columns } = x;
  const wide = columns + 1;
  const weights = Float64Array.from(
    { length: classes * columns },
    (_, at) => separators[Math.floor(at / columns) * wide + (at % columns)],
  );
  const scores = new Float64Array(x.rows * classes);
  project(x, allRows(x.rows), weights, classes, scores);
  return scores.map((it, at) => it + separators[(at % classes) * wide + columns]);
}

/** `[bags, classes]` the largest score of each bag's rows. @param rows `[rows · classes]` */
export function bagScores(rows: Float64Array, starts: Int32Array, classes: number): Matrix {
  const n = starts.length - 1;
  const values = new Float32Array(n * classes).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++)
    for (let row = starts[i]; row < starts[i + 1]; row++)
      for (let k = 0; k < classes; k++)
        values[i * classes + k] = Math.max(values[i * classes + k], rows[row * classes + k]);
  return { rows: n, columns: classes, values };
}

const headOf = (classes: number): Head => (classes === 2 ? binaryHead : softmaxHead(classes));

/**
 * Logistic regression (C = 1) on the bags' standardised scores, each class weighing the same.
 * @returns weights `[classes, classes]` and biases `[classes]`; of two classes `[1, 2]` and `[1]`
 */
export function combine(scores: Matrix, byClass: Scaling, labels: Int32Array, classes: number): Float32Array {
  const counts = countsOf(labels, classes);
  const weights = Float64Array.from(labels, (it) => labels.length / (classes * counts[it]));
  const x = standardised(scores, byClass);
  const rows = denseRows(x, allRows(x.rows));
  const limits = { tolerance: 1e-7, maxIterations: 1000 };
  const problem = { rows, labels, head: headOf(classes), weights };
  return Float32Array.from(fitAt(problem, 1, inversesOf(x), limits).point);
}

/** `[bags · classes]` probabilities by {@link combine}'s numbers. */
export function combined(scores: Matrix, byClass: Scaling, combiner: Float32Array): Float64Array {
  const x = standardised(scores, byClass);
  return predictionsAt(denseRows(x, allRows(x.rows)), headOf(scores.columns), Float64Array.from(combiner));
}
