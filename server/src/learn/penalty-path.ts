import { type Folds, splitOf } from "./folds.ts";
import type { Head } from "./heads.ts";
import { type Minimum, minimise } from "./lbfgs.ts";
import { LinearObjective, type LinearProblem } from "./linear-objective.ts";
import type { Inverse } from "./preconditioner.ts";
import { project } from "./products.ts";

/** Strengths tried: 1e-4 … 1e4 in equal steps of the exponent, as scikit-learn's `Cs=10`. */
export const usualPenalties: readonly number[] = Array.from(
  { length: 10 },
  (_, i) => 10 ** (-4 + (8 * i) / 9),
);

/** As scikit-learn's LogisticRegressionCV by default: enough to compare strengths by. */
const whileChoosing = { tolerance: 1e-4, maxIterations: 100 };
/** What is kept is fitted to the end. */
const toTheEnd = { tolerance: 1e-8, maxIterations: 1000 };

/** λ of the mean loss for scikit-learn's C: ½‖w‖² + C Σ loss, divided by C n. */
const lambdaOf = (penalty: number, rows: number) => 1 / (penalty * rows);

function beginning({ x, rows, labels, head }: LinearProblem): Float64Array {
  const start = new Float64Array(head.outputs * x.columns + head.free);
  start.set(head.start(rows.map((r) => labels[r])), head.outputs * x.columns);
  return start;
}

/** All examples at one strength (C). */
export function fitAt(
  problem: LinearProblem,
  penalty: number,
  inverses: (lambda: number, rho: number) => Inverse,
): Minimum {
  const lambda = lambdaOf(penalty, problem.rows.length);
  const objective = new LinearObjective(problem, lambda, inverses(lambda, problem.head.curvature));
  return minimise(objective, beginning(problem), toTheEnd);
}

/**
 * The strength with the least log-loss on held-out examples, the mean over folds (LogisticRegressionCV with
 * `scoring="neg_log_loss"`). Each fold goes from the strongest penalty to the weakest, each fit from where the one before ended;
 * one preconditioner a strength serves all folds.
 */
export function choosePenalty(
  problem: LinearProblem,
  folds: Folds,
  inverses: (lambda: number, rho: number) => Inverse,
): { penalty: number; losses: Float64Array } {
  const parts = Array.from({ length: folds.count }, (_, fold) => {
    const { train, test } = splitOf(folds, fold);
    const part = { ...problem, rows: train };
    return { part, test, point: beginning(part) };
  });
  const losses = Float64Array.from(usualPenalties, (penalty) => {
    const inverse = inverses(
      lambdaOf(penalty, (problem.rows.length * (folds.count - 1)) / folds.count),
      problem.head.curvature,
    );
    let sum = 0;
    for (const it of parts) {
      const objective = new LinearObjective(it.part, lambdaOf(penalty, it.part.rows.length), inverse);
      it.point = minimise(objective, it.point, whileChoosing).point;
      sum += heldOutLoss(problem, it.test, it.point) / parts.length;
    }
    return sum;
  });
  return { penalty: usualPenalties[losses.indexOf(Math.min(...losses))], losses };
}

function heldOutLoss({ x, labels, head }: LinearProblem, test: Int32Array, point: Float64Array): number {
  const p = probabilitiesAt(head, x, test, point);
  let sum = 0;
  for (let i = 0; i < test.length; i++)
    sum -= Math.log(Math.max(Number.EPSILON, p[i * head.classes + labels[test[i]]]));
  return sum / test.length;
}

/** `[rows · classes]` what a point of the objective gives for some rows. */
function probabilitiesAt(
  head: Head,
  x: LinearProblem["x"],
  rows: Int32Array,
  point: Float64Array,
): Float64Array {
  const z = new Float64Array(rows.length * head.outputs);
  project(x, rows, point, head.outputs, z);
  const free = point.subarray(head.outputs * x.columns);
  const all = new Float64Array(rows.length * head.classes);
  for (let r = 0; r < rows.length; r++)
    head.probabilities(z, r, free, all.subarray(r * head.classes, (r + 1) * head.classes));
  return all;
}
