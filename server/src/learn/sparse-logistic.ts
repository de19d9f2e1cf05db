import { type MinimiseOptions, minimise } from "./minimise.ts";

/** Rows of which most numbers are 0: those of row i are `values[starts[i] .. starts[i + 1])` in columns `indices[…]`. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** A linear function of rows: `outputs` scores each. */
export interface Linear {
  /** 1 of two classes and of numbers; else the number of classes. */
  readonly outputs: number;
  readonly columns: number;
  /** `[outputs · columns]`, then `[outputs]` biases. */
  readonly parameters: Float64Array;
}

/** `[rows · outputs]` scores of each row. */
export function scoresOf(x: SparseMatrix, { outputs, columns, parameters }: Linear): Float64Array {
  const scores = new Float64Array(x.rows * outputs);
  for (let i = 0; i < x.rows; i++) {
    for (let o = 0; o < outputs; o++) {
      let score = parameters[outputs * columns + o];
      for (let j = x.starts[i]; j < x.starts[i + 1]; j++)
        score += parameters[o * columns + x.indices[j]] * x.values[j];
      scores[i * outputs + o] = score;
    }
  }
  return scores;
}

/** `[rows · classes]` probabilities from scores: logistic of one score where there are two classes, else soft-max. */
export function probabilitiesOf(scores: Float64Array, classes: number): Float64Array {
  if (classes === 2)
    return Float64Array.from({ length: 2 * scores.length }, (_, k) => {
      const score = scores[k >> 1];
      return 1 / (1 + Math.exp(k & 1 ? -score : score));
    });
  const all = scores.slice();
  for (let i = 0; i < all.length; i += classes) softmax(all.subarray(i, i + classes));
  return all;
}

/**
 * Logistic regression with L2, as scikit-learn's `LogisticRegression(C)`: the least `C Σ weight · loss + ‖w‖²/2`, biases free;
 * one score of two classes, soft-max of more.
 * Ends where no entry of the gradient, a row, is above 1e-5 (scikit-learn: 1e-4) or the tolerance given.
 * @param labels `[rows]` from 0 to classes − 1
 * @param rowWeights `[rows]`, 1 each where absent
 */
export function fitLogistic(
  x: SparseMatrix,
  labels: ArrayLike<number>,
  classes: number,
  c: number,
  options: MinimiseOptions & { rowWeights?: Float64Array } = {},
): Linear {
  const outputs = classes === 2 ? 1 : classes;
  return fitLinear(x, outputs, c, options, (scores, slopes) => {
    const probabilities = probabilitiesOf(scores, classes);
    let loss = 0;
    for (let i = 0; i < x.rows; i++) {
      const weight = options.rowWeights?.[i] ?? 1;
      loss += weight * lossOf(scores, i, labels[i], classes);
      for (let o = 0; o < outputs; o++) {
        const k = classes === 2 ? 1 : o;
        slopes[i * outputs + o] = weight * (probabilities[i * classes + k] - (labels[i] === k ? 1 : 0));
      }
    }
    return loss;
  });
}

/** Ridge regression, as scikit-learn's `Ridge(alpha=1/C)`: the least `C Σ (y − ŷ)²/2 + ‖w‖²/2`, bias free. */
export function fitLeastSquares(
  x: SparseMatrix,
  values: Float64Array,
  c: number,
  options: MinimiseOptions = {},
): Linear {
  return fitLinear(x, 1, c, options, (scores, slopes) => {
    let loss = 0;
    for (let i = 0; i < x.rows; i++) {
      slopes[i] = scores[i] - values[i];
      loss += slopes[i] ** 2 / 2;
    }
    return loss;
  });
}

/** @param lossAt writes what each score changes of the loss into `slopes`, and gives the loss */
function fitLinear(
  x: SparseMatrix,
  outputs: number,
  c: number,
  options: MinimiseOptions,
  lossAt: (scores: Float64Array, slopes: Float64Array) => number,
): Linear {
  const { columns } = x;
  const weights = outputs * columns;
  const slopes = new Float64Array(x.rows * outputs);
  // Divided by C and the rows, so that a tolerance means the same whatever they are.
  const penalty = 1 / (c * Math.max(1, x.rows));
  const found = minimise(
    (parameters, gradient) => {
      const loss = lossAt(scoresOf(x, { outputs, columns, parameters }), slopes);
      gradient.fill(0);
      for (let i = 0; i < x.rows; i++)
        for (let o = 0; o < outputs; o++) {
          const slope = slopes[i * outputs + o] / x.rows;
          gradient[weights + o] += slope;
          for (let j = x.starts[i]; j < x.starts[i + 1]; j++)
            gradient[o * columns + x.indices[j]] += slope * x.values[j];
        }
      let size = 0;
      for (let k = 0; k < weights; k++) {
        gradient[k] += penalty * parameters[k];
        size += parameters[k] ** 2;
      }
      return loss / x.rows + (penalty * size) / 2;
    },
    new Float64Array(weights + outputs),
    { tolerance: options.tolerance ?? 1e-5, iterations: options.iterations ?? 1000 },
  );
  return { outputs, columns, parameters: found.x };
}

/** −log p of the label of row i, without overflow. */
function lossOf(scores: Float64Array, i: number, label: number, classes: number): number {
  if (classes === 2) {
    const margin = label === 1 ? scores[i] : -scores[i];
    return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  const row = scores.subarray(i * classes, (i + 1) * classes);
  const most = Math.max(...row);
  let total = 0;
  for (const it of row) total += Math.exp(it - most);
  return most + Math.log(total) - row[label];
}

function softmax(row: Float64Array): void {
  const most = Math.max(...row);
  let total = 0;
  for (let k = 0; k < row.length; k++) {
    row[k] = Math.exp(row[k] - most);
    total += row[k];
  }
  for (let k = 0; k < row.length; k++) row[k] /= total;
}
