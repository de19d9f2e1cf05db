import type { Matrix } from "../data.ts";
import { addAt, dotAt } from "../dense.ts";
import { minimise } from "../minimise.ts";
import { sigmoid } from "./ccs-loss.ts";

/** Bags of rows: bag i has rows `starts[i] .. starts[i + 1])`, of which those from `carries[i]` on may carry the class. */
export interface Bags {
  readonly x: Matrix;
  readonly starts: Int32Array;
  readonly carries: Int32Array;
}

/**
 * A linear separator of one class from all others, from bags (the two stages of sAwMIL, see `multiple-instance.ts`, with logistic
 * loss for the hinge). First by bags: softly the largest score of its rows, ln of the mean of e^score, tells the bag's class; of a
 * bag of the class only rows that may carry it. Then by rows: of those, the better half (and as many as there are bags at
 * least) counts as of the class, every other row as not.
 * @param inClass `[bags]` 1 or 0, both occur
 * @param penalty of ‖w‖²/2, beside the mean loss in which both sides weigh the same
 * @returns `[columns + 1]` weights, then the bias
 */
export function bagSeparator(bags: Bags, inClass: ArrayLike<number>, penalty: number): Float64Array {
  const byBags = minimise(
    (at, gradient) => bagLoss(bags, inClass, penalty, at, gradient),
    new Float64Array(bags.x.columns + 1),
    { tolerance: 1e-5, iterations: 300 },
  ).x;
  const chosen = chooseRows(bags, inClass, byBags);
  return minimise((at, gradient) => rowLoss(bags.x, chosen, penalty, at, gradient), byBags, {
    tolerance: 1e-6,
    iterations: 500,
  }).x;
}

/** Loss of the first stage, and its gradient. */
export function bagLoss(
  { x, starts, carries }: Bags,
  inClass: ArrayLike<number>,
  penalty: number,
  at: Float64Array,
  gradient: Float64Array,
): number {
  const n = starts.length - 1;
  const weights = weightsOf(inClass, n);
  gradient.fill(0);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const from = inClass[i] ? carries[i] : starts[i];
    const scores = Float64Array.from({ length: starts[i + 1] - from }, (_, t) => scoreOf(x, from + t, at));
    const most = Math.max(...scores);
    const total = scores.reduce((sum, it) => sum + Math.exp(it - most), 0);
    const score = most + Math.log(total / scores.length);
    loss += weights[i] * logisticLoss(score, inClass[i]);
    const slope = weights[i] * (sigmoid(score) - inClass[i]);
    for (let t = 0; t < scores.length; t++)
      addRow(x, from + t, (slope * Math.exp(scores[t] - most)) / total, gradient);
  }
  return loss + penalise(penalty, at, gradient);
}

/** `[rows]` 1 where a row counts as of the class in the second stage. */
export function chooseRows(
  { x, starts, carries }: Bags,
  inClass: ArrayLike<number>,
  separator: Float64Array,
) {
  const candidates: { row: number; score: number }[] = [];
  let bags = 0;
  for (let i = 0; i < starts.length - 1; i++) {
    if (!inClass[i]) continue;
    bags++;
    for (let row = carries[i]; row < starts[i + 1]; row++)
      candidates.push({ row, score: scoreOf(x, row, separator) });
  }
  candidates.sort((a, b) => b.score - a.score);
  const chosen = new Uint8Array(x.rows);
  const many = Math.min(candidates.length, Math.max(bags, Math.round(candidates.length / 2)));
  for (const { row } of candidates.slice(0, many)) chosen[row] = 1;
  return chosen;
}

function rowLoss(
  x: Matrix,
  chosen: Uint8Array,
  penalty: number,
  at: Float64Array,
  gradient: Float64Array,
): number {
  const weights = weightsOf(chosen, x.rows);
  gradient.fill(0);
  let loss = 0;
  for (let row = 0; row < x.rows; row++) {
    const score = scoreOf(x, row, at);
    loss += weights[row] * logisticLoss(score, chosen[row]);
    addRow(x, row, weights[row] * (sigmoid(score) - chosen[row]), gradient);
  }
  return loss + penalise(penalty, at, gradient);
}

/** A row's score. */
export function scoreOf(
  { columns, values }: Matrix,
  row: number,
  separator: Float32Array | Float64Array,
): number {
  return separator[columns] + dotAt(separator, 0, values, row * columns, columns);
}

function addRow({ columns, values }: Matrix, row: number, factor: number, into: Float64Array): void {
  addAt(into, 0, factor, values, row * columns, columns);
  into[columns] += factor;
}

/** Each side weighs half, whatever its number; all add up to 1. */
function weightsOf(inClass: ArrayLike<number>, n: number): Float64Array {
  let inside = 0;
  for (let i = 0; i < n; i++) inside += inClass[i];
  return Float64Array.from({ length: n }, (_, i) => 0.5 / (inClass[i] ? inside : n - inside));
}

function logisticLoss(score: number, label: number): number {
  const margin = label ? score : -score;
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}

function penalise(penalty: number, at: Float64Array, gradient: Float64Array): number {
  let size = 0;
  for (let k = 0; k < at.length - 1; k++) {
    gradient[k] += penalty * at[k];
    size += at[k] ** 2;
  }
  return (penalty * size) / 2;
}
