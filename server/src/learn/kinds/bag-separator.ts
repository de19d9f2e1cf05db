import type { Matrix } from "../data.ts";
import { binaryHead, lossOf, type RowLoss } from "../heads.ts";
import { minimise } from "../lbfgs.ts";
import { LinearObjective } from "../linear-objective.ts";
import type { Inverse } from "../preconditioner.ts";
import { allRows, project } from "../products.ts";
import { denseRows } from "../rows.ts";
import { sigmoid, softmax, softplus } from "../sigmoid.ts";

/** Bags of rows: bag i has rows `starts[i] .. starts[i + 1])`, of which those from `carries[i]` on may carry the class. */
export interface Bags {
  readonly x: Matrix;
  readonly starts: Int32Array;
  readonly carries: Int32Array;
}

/**
 * A linear separator of one class from all others, from bags (the two stages of sAwMIL, see `multiple-instance.ts`, with logistic
 * loss for the hinge). First by bags, {@link bagLoss}. Then by rows: of those that may carry the class, in bags of it, the better
 * half (and as many as there are bags at least) counts as of the class, every other row as not.
 * @param inClass `[bags]` 1 or 0, both occur
 * @param penalty of ‖w‖²/2, beside the mean loss in which both sides weigh the same
 * @param inverse approximates that of the Hessian at that penalty, with {@link bagLoss}'s curvature
 * @returns `[columns + 1]` weights, then the bias
 */
export function bagSeparator(
  bags: Bags,
  inClass: ArrayLike<number>,
  penalty: number,
  inverse: Inverse,
): Float64Array {
  const { x } = bags;
  const rows = denseRows(x, allRows(x.rows));
  const found = (loss: RowLoss, start: Float64Array, tolerance: number) =>
    minimise(new LinearObjective(rows, loss, penalty, inverse), start, { tolerance, maxIterations: 500 })
      .point;
  const byBags = found(bagLoss(bags, inClass), new Float64Array(x.columns + 1), 1e-5);
  const chosen = chooseRows(bags, inClass, byBags);
  return found(lossOf(binaryHead, chosen, weightsOf(chosen, x.rows, x.rows)), byBags, 1e-6);
}

/**
 * Loss of the first stage: softly the largest score of a bag's rows, ln of the mean of e^score, tells the bag's class; of a bag of
 * the class only rows that may carry it.
 */
export function bagLoss({ x, starts, carries }: Bags, inClass: ArrayLike<number>): RowLoss {
  const n = starts.length - 1;
  const weights = weightsOf(inClass, n, x.rows);
  return {
    outputs: 1,
    free: 1,
    curvature: binaryHead.curvature,
    at(z, free, dz, dfree) {
      dz.fill(0);
      dfree[0] = 0;
      let loss = 0;
      for (let i = 0; i < n; i++) {
        const from = inClass[i] ? carries[i] : starts[i];
        // First the rows' shares of the score, then their slopes.
        const own = dz.subarray(from, starts[i + 1]);
        const score = softmax(z, from, own) - Math.log(own.length) + free[0];
        loss += weights[i] * softplus(inClass[i] ? -score : score);
        const slope = weights[i] * (sigmoid(score) - inClass[i]);
        for (let t = 0; t < own.length; t++) own[t] *= slope;
        dfree[0] += slope;
      }
      return loss;
    },
  };
}

/** `[rows]` 1 where a row counts as of the class in the second stage. @param separator `[columns + 1]` */
function chooseRows(
  { x, starts, carries }: Bags,
  inClass: ArrayLike<number>,
  separator: Float64Array,
): Int32Array {
  const scores = new Float64Array(x.rows);
  project(x, allRows(x.rows), separator, 1, scores);
  const candidates: number[] = [];
  let bags = 0;
  for (let i = 0; i < starts.length - 1; i++) {
    if (!inClass[i]) continue;
    bags++;
    for (let row = carries[i]; row < starts[i + 1]; row++) candidates.push(row);
  }
  candidates.sort((a, b) => scores[b] - scores[a]);
  const chosen = new Int32Array(x.rows);
  const many = Math.min(candidates.length, Math.max(bags, Math.round(candidates.length / 2)));
  for (const row of candidates.slice(0, many)) chosen[row] = 1;
  return chosen;
}

/** `[n]`: each side weighs half, whatever its number; all add up to `total`. */
function weightsOf(inClass: ArrayLike<number>, n: number, total: number): Float64Array {
  let inside = 0;
  for (let i = 0; i < n; i++) inside += inClass[i];
  return Float64Array.from({ length: n }, (_, i) => total / 2 / (inClass[i] ? inside : n - inside));
}
