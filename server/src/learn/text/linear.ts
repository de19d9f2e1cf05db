import { presentClasses } from "../classes.ts";
import { type Target, takeTarget } from "../data.ts";
import { equalFolds } from "../folds.ts";
import { binaryHead, type Head, numberHead, softmaxHead } from "../heads.ts";
import type { Limits } from "../lbfgs.ts";
import { choosePenalty, fitAt, type LinearProblem, predictionsAt } from "../penalty-path.ts";
import { diagonalInverses } from "../preconditioner.ts";
import { randomOf, shuffled } from "../random.ts";
import { sparseRows } from "../rows.ts";
import { meanSquares, type SparseMatrix, takeSparse } from "../sparse.ts";

/** A linear fit of sparse rows to a target. */
export interface LinearFit {
  readonly outputs: number;
  /** `[outputs of the head · columns]`, then its free numbers. */
  readonly point: Float64Array;
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
 * Logistic regression of classes (an order counts as classes), ridge regression of numbers, as scikit-learn's
 * `LogisticRegression(C)` and `Ridge(alpha=1/C)`. C, where not given, is the one of {@link CHOICES} with the least loss over three
 * folds (of 2,000 examples at most), or 1 where there are too few examples or groups for those.
 * @param options.tolerance largest part of the gradient of the mean loss, 1e-5 where absent (scikit-learn: 1e-4)
 * @throws RangeError where all examples have one class
 */
export function fitLinearTarget(
  x: SparseMatrix,
  target: Target,
  options: { seed: number; c?: number; tolerance?: number; groups?: ArrayLike<number> },
): LinearFit {
  if (target.type !== "number") presentClasses(target);
  const chosen = options.c === undefined ? choose(x, target, options) : undefined;
  const c = options.c ?? chosen ?? 1;
  const limits: Limits = { tolerance: options.tolerance ?? 1e-5, maxIterations: 1000 };
  const problem = problemOf(x, target);
  const { point } = fitAt(problem, c, diagonalInverses(meanSquares(x)), limits);
  const { head } = problem;
  return {
    outputs: head.classes,
    point,
    c,
    chosen: chosen !== undefined,
    predict: (others) => predictionsAt(sparseRows(others), head, point),
    weightsOf: (output) => {
      const o = head.outputs === 1 ? 0 : output;
      return point.slice(o * x.columns, (o + 1) * x.columns);
    },
  };
}

/** How scores of so many classes are told; 1: of a number. */
export const headFor = (classes: number): Head =>
  classes === 1 ? numberHead : classes === 2 ? binaryHead : softmaxHead(classes);

function problemOf(x: SparseMatrix, target: Target): LinearProblem {
  const rows = sparseRows(x);
  if (target.type === "number") return { rows, labels: target.values, head: numberHead };
  return { rows, labels: target.labels, head: headFor(target.names.length) };
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
  const of = equalFolds(x.rows, FOLDS, seed, {
    groups: groups && Int32Array.from(groups),
    labels: target.type === "number" ? undefined : target.labels,
  });
  return choosePenalty(
    (examples) => problemOf(takeSparse(x, examples), takeTarget(target, examples)),
    { of, count: FOLDS },
    diagonalInverses(meanSquares(x)),
    CHOICES,
  );
}
