import { type Target, takeTarget } from "../data.ts";
import { equalFolds, partOf } from "../folds.ts";
import { surprises } from "../metrics/probabilities.ts";
import { randomOf, shuffled } from "../random.ts";
import {
  fitLeastSquares,
  fitLogistic,
  type Linear,
  probabilitiesOf,
  type SparseMatrix,
  scoresOf,
} from "../sparse-logistic.ts";

/** A linear fit of sparse rows to a target. */
export interface LinearFit {
  readonly outputs: number;
  readonly c: number;
  /** Whether C was chosen by cross-validation. */
  readonly chosen: boolean;
  /** `[rows · outputs]` probabilities of classes, or the number expected. */
  predict(x: SparseMatrix): Float64Array;
  /** `[columns]` what speaks for an output. */
  weightsOf(output: number): Float64Array;
}

/** What C is chosen from. */
const CHOICES = [1, 10, 100];
const FOLDS = 3;
/** How many examples that choice rests on at most: more change it little and take long. */
const CHOSEN_ON = 2000;

/**
 * Logistic regression of classes (an order counts as classes), ridge regression of numbers. C, where not given, is the one of
 * {@link CHOICES} with the least loss over three folds (of 2,000 examples
 * at most), or 1 where there are too few examples or groups for those.
 * @throws RangeError where all examples have one class
 */
export function fitLinearTarget(
  x: SparseMatrix,
  target: Target,
  options: { seed: number; c?: number; tolerance?: number; groups?: ArrayLike<number> },
): LinearFit {
  if (target.type !== "number" && target.labels.every((it) => it === target.labels[0]))
    throw new RangeError(
      `All examples are of the class “${target.names[target.labels[0] ?? 0]}”: give examples of another.`,
    );
  const chosen = options.c === undefined ? choose(x, target, options) : undefined;
  const c = options.c ?? chosen ?? 1;
  const { linear, shift } = fitOnce(x, target, c, options.tolerance);
  return {
    outputs: target.type === "number" ? 1 : target.names.length,
    c,
    chosen: chosen !== undefined,
    predict: (others) => predictionsOf(others, target, linear, shift),
    weightsOf: (output) => {
      const o = linear.outputs === 1 ? 0 : output;
      return linear.parameters.slice(o * x.columns, (o + 1) * x.columns);
    },
  };
}

/** Numbers are told from their mean, so that the search begins near. */
function fitOnce(
  x: SparseMatrix,
  target: Target,
  c: number,
  tolerance?: number,
): { linear: Linear; shift: number } {
  if (target.type !== "number")
    return { linear: fitLogistic(x, target.labels, target.names.length, c, { tolerance }), shift: 0 };
  const shift = target.values.reduce((a, b) => a + b, 0) / target.values.length;
  return {
    linear: fitLeastSquares(
      x,
      target.values.map((it) => it - shift),
      c,
      { tolerance },
    ),
    shift,
  };
}

function predictionsOf(x: SparseMatrix, target: Target, linear: Linear, shift: number): Float64Array {
  const scores = scoresOf(x, linear);
  return target.type === "number"
    ? scores.map((it) => it + shift)
    : probabilitiesOf(scores, target.names.length);
}

function choose(
  x: SparseMatrix,
  target: Target,
  { seed, groups }: { seed: number; groups?: ArrayLike<number> },
): number | undefined {
  if (x.rows > CHOSEN_ON) {
    const some = shuffled(x.rows, randomOf(seed)).slice(0, CHOSEN_ON);
    const groupsOfSome = groups && some.map((i) => groups[i]);
    return choose(takeSparse(x, some), takeTarget(target, some), { seed, groups: groupsOfSome });
  }
  if (x.rows < 2 * FOLDS || (groups && new Set(Array.from(groups)).size < FOLDS)) return undefined;
  const labels = target.type === "number" ? undefined : target.labels;
  const fold = equalFolds(x.rows, FOLDS, seed, {
    groups: groups && Int32Array.from(groups),
    labels,
  });
  const losses = CHOICES.map((c) => {
    let loss = 0;
    for (let which = 0; which < FOLDS; which++) {
      const { inside, outside } = partOf(fold, which);
      const { linear, shift } = fitOnce(takeSparse(x, outside), takeTarget(target, outside), c, 1e-4);
      loss += lossOf(predictionsOf(takeSparse(x, inside), target, linear, shift), takeTarget(target, inside));
    }
    return loss;
  });
  return CHOICES[losses.indexOf(Math.min(...losses))];
}

function lossOf(predictions: Float64Array, target: Target): number {
  if (target.type === "number")
    return predictions.reduce((sum, it, i) => sum + (it - target.values[i]) ** 2, 0);
  return surprises(predictions, target.labels, target.names.length).reduce((a, b) => a + b, 0);
}

/** Some rows, by their numbers and in that order. */
export function takeSparse(x: SparseMatrix, rows: Int32Array): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i] + x.starts[row + 1] - x.starts[row];
  });
  const indices = new Int32Array(starts[rows.length]);
  const values = new Float64Array(starts[rows.length]);
  rows.forEach((row, i) => {
    indices.set(x.indices.subarray(x.starts[row], x.starts[row + 1]), starts[i]);
    values.set(x.values.subarray(x.starts[row], x.starts[row + 1]), starts[i]);
  });
  return { rows: rows.length, columns: x.columns, starts, indices, values };
}
