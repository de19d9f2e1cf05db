import { addAt, dotAt } from "./dense.ts";

/**
 * A smooth function that {@link minimise} walks down. It stands at a point; a line through that point is looked along before a
 * step is taken, since for linear models that costs one product with the data, however many lengths are tried.
 */
export interface Objective {
  readonly size: number;
  /** Goes to a point; the value there, its gradient into `gradient`. */
  start(point: Float64Array, gradient: Float64Array): number;
  /** Sets the line that {@link probe} looks along, from where the function stands. */
  aim(direction: Float64Array): void;
  /** Value and slope at a length of step along the line; NaN where the function is not defined there. */
  probe(step: number): { value: number; slope: number };
  /** Goes a step along the line; the value there, its gradient into `gradient`. */
  take(step: number, gradient: Float64Array): number;
  /** Multiplies a gradient by an approximate inverse of the Hessian, positive definite, in place. */
  precondition(gradient: Float64Array): void;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient came down to the tolerance. */
  readonly converged: boolean;
}

export interface Limits {
  /** The largest part of the gradient at which the search ends. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** A step, how it changed the gradient, and 1 / s·y. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** Pairs of steps and changes of gradient that are remembered. */
const memory = 10;

/**
 * The lowest point near `start` by L-BFGS (Liu & Nocedal 1989) with a preconditioner in the place of its first Hessian; every step
 * goes down, so the function need not be convex. It ends when no part of the gradient exceeds the tolerance, when no step goes down
 * any more, or after `maxIterations`.
 * @param start `[size]`, left as it is
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance, maxIterations }: Limits,
): Minimum {
  const n = objective.size;
  const point = Float64Array.from(start);
  let gradient = new Float64Array(n);
  let next = new Float64Array(n);
  let value = objective.start(point, gradient);
  const pairs: Pair[] = [];
  let iterations = 0;
  while (!(largest(gradient) <= tolerance)) {
    if (iterations === maxIterations) return { point, value, iterations, converged: false };
    const direction = towards(objective, gradient, pairs);
    const slope = dotAt(direction, 0, gradient, 0, n);
    let step = 0;
    if (slope < 0) {
      objective.aim(direction);
      step = lengthOf(objective, value, slope);
    }
    if (step === 0) {
      // What is remembered may mislead: without it once more, then this is as low as f64 can tell.
      if (pairs.length === 0) return { point, value, iterations, converged: false };
      pairs.length = 0;
      continue;
    }
    value = objective.take(step, next);
    const s = direction.map((it) => it * step);
    const y = next.map((it, i) => it - gradient[i]);
    addAt(point, 0, 1, s, 0, n);
    const curvature = dotAt(s, 0, y, 0, n);
    if (curvature > 0) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > memory) pairs.shift();
    [gradient, next] = [next, gradient];
    iterations++;
  }
  return { point, value, iterations, converged: true };
}

/** Two loops over the pairs that are remembered, the preconditioner between them. `[size]` */
function towards(objective: Objective, gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const n = gradient.length;
  const q = gradient.map((it) => -it);
  const alphas = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, rho } = pairs[k];
    alphas[k] = rho * dotAt(s, 0, q, 0, n);
    addAt(q, 0, -alphas[k], y, 0, n);
  }
  objective.precondition(q);
  for (let k = 0; k < pairs.length; k++) {
    const { s, y, rho } = pairs[k];
    addAt(q, 0, alphas[k] - rho * dotAt(y, 0, q, 0, n), s, 0, n);
  }
  return q;
}

/**
 * A step that goes down, where the slope is at most a tenth of what it was, by secants within a bracket; else the longest found that
 * goes down, 0 where none does. A rise that rounding alone may cause counts as none (the approximate Wolfe conditions of
 * Hager & Zhang 2005), since near the minimum slopes still tell what values no longer do.
 * @param value where the function stands @param slope there, along the line, below 0
 */
function lengthOf(objective: Objective, value: number, slope: number): number {
  const rounding = 1e-10 * Math.abs(value);
  let [low, lowSlope, high, highSlope] = [0, slope, Number.POSITIVE_INFINITY, Number.NaN];
  let step = 1;
  for (let tries = 0; tries < 30; tries++) {
    const found = objective.probe(step);
    const lower = found.value <= value + 1e-4 * step * slope + rounding;
    if (lower && Math.abs(found.slope) <= 0.1 * -slope) return step;
    if (lower && found.slope < 0) [low, lowSlope] = [step, found.slope];
    // Behind a rise the slope may point down again, which says nothing of where the valley is.
    else [high, highSlope] = [step, found.slope > 0 ? found.slope : Number.NaN];
    const secant = low - (lowSlope * (high - low)) / (highSlope - lowSlope);
    if (high === Number.POSITIVE_INFINITY) step = low * (lowSlope / slope > 0.9 ? 8 : 2.5);
    else if (Number.isNaN(highSlope)) step = (low + high) / 2;
    else step = Math.min(Math.max(secant, low + 0.05 * (high - low)), high - 0.05 * (high - low));
  }
  return low;
}

/** The largest absolute number; NaN where one is. */
const largest = (a: Float64Array): number => a.reduce((most, it) => Math.max(most, Math.abs(it)), 0);
