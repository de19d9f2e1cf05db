import type { Matrix } from "./data.ts";
import { sigmoid, softplus } from "./sigmoid.ts";

/** Columns one after the other, in f64: coordinate descent reads one at a time. */
export interface Columns {
  readonly rows: number;
  readonly count: number;
  /** `[count · rows]` */
  readonly values: Float64Array;
}

export function columnsOf({ rows: _, columns, values }: Matrix, rows: Int32Array): Columns {
  const turned = new Float64Array(columns * rows.length);
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows.length; i++) turned[j * rows.length + i] = values[rows[i] * columns + j];
  return { rows: rows.length, count: columns, values: turned };
}

/** Weights of two classes, and the intercept. */
export interface Sparse {
  readonly w: Float64Array;
  readonly b: number;
  readonly converged: boolean;
}

/**
 * Logistic regression with an L1 penalty, (1/n) Σ loss + λ ‖w‖₁, the intercept free: proximal Newton steps, each solved by coordinate
 * descent (Friedman, Hastie & Tibshirani 2010; Yuan, Ho & Lin 2012), then shortened until the objective goes down.
 * @param labels `[rows]` 0 or 1
 * @param tolerance on how far any weight is from the condition of the minimum
 */
export function fitSparse(
  x: Columns,
  labels: ArrayLike<number>,
  lambda: number,
  start: { w: Float64Array; b: number },
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
): Sparse {
  const n = x.rows;
  const w = Float64Array.from(start.w);
  let b = start.b;
  const z = new Float64Array(n).fill(b);
  for (let j = 0; j < x.count; j++) if (w[j] !== 0) addColumn(x, j, w[j], z);
  const [rest, curve] = [new Float64Array(n), new Float64Array(n)];
  let value = objectiveAt(z, labels, w, lambda);
  for (let round = 0; round < maxIterations; round++) {
    for (let i = 0; i < n; i++) {
      const p = sigmoid(z[i]);
      rest[i] = labels[i] - p;
      // Rows that are certain would make the model flat.
      curve[i] = Math.max(p * (1 - p), 1e-6);
    }
    if (violation(x, rest, w, lambda) <= tolerance) return { w, b, converged: true };
    const target = Float64Array.from(w);
    const q = new Float64Array(n);
    const db = descend(x, rest, curve, target, q, lambda, tolerance / 10);
    let step = 1;
    let stepped = value;
    const [wNext, zNext] = [new Float64Array(w.length), new Float64Array(n)];
    for (; step > 1e-10; step /= 2) {
      for (let j = 0; j < w.length; j++) wNext[j] = w[j] + step * (target[j] - w[j]);
      for (let i = 0; i < n; i++) zNext[i] = z[i] + step * q[i];
      stepped = objectiveAt(zNext, labels, wNext, lambda);
      if (stepped < value) break;
    }
    if (step <= 1e-10) return { w, b, converged: violation(x, rest, w, lambda) <= 10 * tolerance };
    w.set(wNext);
    z.set(zNext);
    b += step * db;
    value = stepped;
  }
  return { w, b, converged: false };
}

/** Minimises the quadratic model in place: `w` are the new weights, `q` how much each row's score grows; the intercept's change. */
function descend(
  x: Columns,
  rest: Float64Array,
  curve: Float64Array,
  w: Float64Array,
  q: Float64Array,
  lambda: number,
  tolerance: number,
): number {
  const { rows: n, values } = x;
  const curvature = Float64Array.from(w, (_, j) => {
    let sum = 0;
    for (let i = 0, at = j * n; i < n; i++, at++) sum += values[at] * values[at] * curve[i];
    return sum / n;
  });
  const total = curve.reduce((sum, it) => sum + it, 0) / n;
  let db = 0;
  /** Moves one weight to its minimum; how far the slope was from nothing to do. */
  const move = (j: number): number => {
    if (curvature[j] === 0) return 0;
    let slope = 0;
    for (let i = 0, at = j * n; i < n; i++, at++) slope += values[at] * (rest[i] - curve[i] * q[i]);
    const wanted = curvature[j] * w[j] + slope / n;
    const next = (Math.sign(wanted) * Math.max(0, Math.abs(wanted) - lambda)) / curvature[j];
    const change = next - w[j];
    if (change === 0) return 0;
    w[j] = next;
    addColumn(x, j, change, q);
    return Math.abs(change) * curvature[j];
  };
  const intercept = (): number => {
    let slope = 0;
    for (let i = 0; i < n; i++) slope += rest[i] - curve[i] * q[i];
    const change = slope / n / total;
    db += change;
    for (let i = 0; i < n; i++) q[i] += change;
    return Math.abs(slope / n);
  };
  for (let sweep = 0; sweep < 50; sweep++) {
    let most = intercept();
    for (let j = 0; j < w.length; j++) most = Math.max(most, move(j));
    if (most <= tolerance) break;
    // Between two sweeps over all columns only those that are not 0 are moved.
    for (let inner = 0; inner < 50; inner++) {
      let within = intercept();
      for (let j = 0; j < w.length; j++) if (w[j] !== 0) within = Math.max(within, move(j));
      if (within <= tolerance) break;
    }
  }
  return db;
}

/** The most that any slope exceeds what the penalty holds. */
function violation(x: Columns, rest: Float64Array, w: Float64Array, lambda: number): number {
  const { rows: n, values } = x;
  let most = Math.abs(rest.reduce((sum, it) => sum + it, 0) / n);
  for (let j = 0; j < w.length; j++) {
    let slope = 0;
    for (let i = 0, at = j * n; i < n; i++, at++) slope += values[at] * rest[i];
    slope /= n;
    const over = w[j] === 0 ? Math.abs(slope) - lambda : Math.abs(slope - Math.sign(w[j]) * lambda);
    most = Math.max(most, over);
  }
  return most;
}

function objectiveAt(z: Float64Array, labels: ArrayLike<number>, w: Float64Array, lambda: number): number {
  let loss = 0;
  for (let i = 0; i < z.length; i++) loss += softplus(labels[i] === 1 ? -z[i] : z[i]);
  return loss / z.length + lambda * w.reduce((sum, it) => sum + Math.abs(it), 0);
}

function addColumn({ rows, values }: Columns, j: number, amount: number, into: Float64Array): void {
  for (let i = 0, at = j * rows; i < rows; i++, at++) into[i] += amount * values[at];
}
