import { type Folds, partOf } from "./folds.ts";
import { type Head, lossOf, probabilitiesOf, type Told } from "./heads.ts";
import { type Limits, type Minimum, minimise } from "./lbfgs.ts";
import { LinearObjective } from "./linear-objective.ts";
import { logLoss } from "./metrics/probabilities.ts";
import type { Inverse, Inverses } from "./preconditioner.ts";
import type { Rows } from "./rows.ts";

/** Strengths tried: 1e-4 … 1e4 in equal steps of the exponent, as scikit-learn's `Cs=10`. */
export const usualPenalties: readonly number[] = Array.from(
  { length: 10 },
  (_, i) => 10 ** (-4 + (8 * i) / 9),
);

/** As scikit-learn's LogisticRegressionCV by default: enough to compare strengths by. */
const whileChoosing = { tolerance: 1e-4, maxIterations: 100 };
/** What is kept is fitted to the end. */
const toTheEnd = { tolerance: 1e-8, maxIterations: 1000 };

/** Labelled rows and what is to be learnt of them. */
export interface LinearProblem {
  readonly rows: Rows;
  /** `[rows]` */
  readonly labels: Told;
  readonly head: Head;
  /** `[rows]` how much each row counts, 1 where absent. */
  readonly weights?: Float64Array;
}

/** λ of the mean loss for scikit-learn's C: ½‖w‖² + C Σ loss, divided by C n. */
const lambdaOf = (penalty: number, rows: number) => 1 / (penalty * rows);

function beginning({ rows, labels, head }: LinearProblem): Float64Array {
  const weights = head.outputs * rows.columns;
  const start = new Float64Array(weights + head.free);
  start.set(head.start(labels), weights);
  return start;
}

function fitFrom(
  { rows, labels, head, weights }: LinearProblem,
  start: Float64Array,
  penalty: number,
  inverse: Inverse,
  limits: Limits,
): Minimum {
  const loss = lossOf(head, labels, weights);
  return minimise(new LinearObjective(rows, loss, lambdaOf(penalty, rows.count), inverse), start, limits);
}

/** All rows at one strength (C): `[outputs · columns]` weights, then the head's free numbers. */
export function fitAt(
  problem: LinearProblem,
  penalty: number,
  inverses: Inverses,
  limits: Limits = toTheEnd,
): Minimum {
  const inverse = inverses(lambdaOf(penalty, problem.rows.count), problem.head.curvature);
  return fitFrom(problem, beginning(problem), penalty, inverse, limits);
}

/**
 * The strength with the least loss on held-out rows, the mean over folds: log-loss of classes (LogisticRegressionCV with
 * `scoring="neg_log_loss"`), squared error of numbers. Each fold goes from the strongest penalty to the weakest, each fit from where
 * the one before ended; one preconditioner a strength serves all folds.
 * @param problemOf some examples, by their numbers @param penalties ascending
 */
export function choosePenalty(
  problemOf: (examples: Int32Array) => LinearProblem,
  folds: Pick<Folds, "of" | "count">,
  inverses: Inverses,
  penalties = usualPenalties,
): number {
  const parts = Array.from({ length: folds.count }, (_, fold) => {
    const { inside, outside } = partOf(folds.of, fold);
    const problem = problemOf(outside);
    return { problem, held: problemOf(inside), point: beginning(problem) };
  });
  const learntFrom = (folds.of.length * (folds.count - 1)) / folds.count;
  const losses = penalties.map((penalty) => {
    const inverse = inverses(lambdaOf(penalty, learntFrom), parts[0].problem.head.curvature);
    let sum = 0;
    for (const part of parts) {
      part.point = fitFrom(part.problem, part.point, penalty, inverse, whileChoosing).point;
      sum += heldOutLoss(part.held, part.point) / parts.length;
    }
    return sum;
  });
  return penalties[losses.indexOf(Math.min(...losses))];
}

function heldOutLoss({ rows, labels, head }: LinearProblem, point: Float64Array): number {
  const told = predictionsAt(rows, head, point);
  if (head.classes > 1) return logLoss(told, labels, head.classes) ?? 0;
  return told.reduce((sum, it, i) => sum + (it - labels[i]) ** 2, 0) / labels.length;
}

/** `[rows · classes]` what a point of the objective tells of some rows. */
export function predictionsAt(rows: Rows, head: Head, point: Float64Array): Float64Array {
  const z = new Float64Array(rows.count * head.outputs);
  rows.project(point, head.outputs, z);
  return probabilitiesOf(head, z, point.subarray(head.outputs * rows.columns));
}
