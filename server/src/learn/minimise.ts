/** Writes the gradient at `x` into `gradient` and gives the value there; both `[parameters]`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether no entry of the gradient is larger than the tolerance, or nothing smaller could be found in f64. */
  readonly converged: boolean;
}

export interface MinimiseOptions {
  /** Largest entry of the gradient at which it ends, 1e-6 where absent. */
  readonly tolerance?: number;
  /** 1,000 where absent. */
  readonly iterations?: number;
}

/** How many steps back the curvature is remembered. */
const MEMORY = 12;

/**
 * The lowest place of a smooth function near `start` by L-BFGS (J. Nocedal 1980, “Updating quasi-Newton matrices with limited
 * storage”), with a line search by bisection for the weak Wolfe conditions (A. S. Lewis and M. L. Overton 2013).
 * @param start `[parameters]`, left as it is
 */
export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions = {}): Minimum {
  const { tolerance = 1e-6, iterations = 1000 } = options;
  let x: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (largest(gradient) <= tolerance) return { x, value, iterations: iteration, converged: true };
    const direction = descent(gradient, pairs);
    if (pairs.length === 0) scale(direction, 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))));
    const step = search(objective, x, value, gradient, direction);
    // Rounding leaves nothing lower along this direction: without the memory once more, then this is the place.
    if (!step) {
      if (pairs.length === 0) return { x, value, iterations: iteration, converged: true };
      pairs.length = 0;
      continue;
    }
    remember(pairs, x, gradient, step);
    ({ x, value, gradient } = step);
  }
  return { x, value, iterations, converged: largest(gradient) <= tolerance };
}

interface Pair {
  s: Float64Array;
  y: Float64Array;
  /** 1 / s·y */
  rho: number;
}

interface Step {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
}

function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.slice();
  const alphas = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * dot(pairs[i].s, q);
    add(q, pairs[i].y, -alphas[i]);
  }
  const last = pairs.at(-1);
  if (last) scale(q, 1 / (last.rho * dot(last.y, last.y)));
  for (let i = 0; i < pairs.length; i++) add(q, pairs[i].s, alphas[i] - pairs[i].rho * dot(pairs[i].y, q));
  scale(q, -1);
  return q;
}

/** A step that goes down enough and flattens the slope; null where there is none that f64 can tell. */
function search(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
): Step | null {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return null;
  let [low, high, t] = [0, Number.POSITIVE_INFINITY, 1];
  let best: Step | null = null;
  for (let tries = 0; tries < 40; tries++) {
    const there = x.slice();
    add(there, direction, t);
    const found = new Float64Array(x.length);
    const valueThere = objective(there, found);
    if (!(valueThere <= value + 1e-4 * t * slope)) high = t;
    else {
      best = { x: there, value: valueThere, gradient: found };
      if (dot(found, direction) >= 0.9 * slope) return best;
      low = t;
    }
    t = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * low;
  }
  return best;
}

function remember(pairs: Pair[], x: Float64Array, gradient: Float64Array, step: Step): void {
  const s = step.x.slice();
  add(s, x, -1);
  const y = step.gradient.slice();
  add(y, gradient, -1);
  const curvature = dot(s, y);
  if (!(curvature > 1e-14 * dot(y, y))) return;
  pairs.push({ s, y, rho: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

function add(into: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] += factor * other[i];
}

function scale(a: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] *= factor;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const it of a) most = Math.max(most, Math.abs(it));
  return most;
}
