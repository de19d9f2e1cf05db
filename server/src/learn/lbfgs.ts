/**
 * A convex function that {@link minimise} walks down. It stands at a point; a line through that point is looked along before a
 * step is taken, since for linear models that costs one product with the data, however many lengths are tried.
 */
export interface Objective {
  readonly size: number;
  /** Goes to a point; the value there, its gradient into `gradient`. */
  start(point: Float64Array, gradient: Float64Array): number;
  /** Sets the line that {@link probe} looks along, from where the function stands. */
  aim(direction: Float64Array): void;
  /** Slope at a length of step along the line, NaN where the function is not defined there. */
  probe(step: number): number;
  /** Goes a step along the line; the value there, its gradient into `gradient`. */
  take(step: number, gradient: Float64Array): number;
  /** Multiplies a gradient by an approximate inverse of the Hessian, in place. */
  precondition(gradient: Float64Array): void;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient came down to the tolerance. */
  readonly converged: boolean;
}

/** Pairs of steps and changes of gradient that are remembered. */
const memory = 10;

/**
 * L-BFGS (Liu & Nocedal 1989) with a preconditioner in the place of its first Hessian. It ends when no part of the gradient
 * exceeds `tolerance`, when no step goes down any more, or after `maxIterations`.
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
): Minimum {
  const n = objective.size;
  const point = Float64Array.from(start);
  let gradient = new Float64Array(n);
  let next = new Float64Array(n);
  let value = objective.start(point, gradient);
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let iterations = 0;
  while (largest(gradient) > tolerance) {
    if (iterations === maxIterations) return { point, value, iterations, converged: false };
    let direction = towards(objective, gradient, pairs);
    if (!(dot(direction, gradient) < 0)) {
      pairs.length = 0;
      direction = towards(objective, gradient, pairs);
    }
    objective.aim(direction);
    const step = lengthOf(objective, dot(direction, gradient));
    if (step === 0) return { point, value, iterations, converged: false };
    value = objective.take(step, next);
    const s = direction.map((it) => it * step);
    const y = next.map((it, i) => it - gradient[i]);
    for (let i = 0; i < n; i++) point[i] += s[i];
    const curvature = dot(s, y);
    if (curvature > 0) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > memory) pairs.shift();
    [gradient, next] = [next, gradient];
    iterations++;
  }
  return { point, value, iterations, converged: true };
}

/** Two loops over the pairs that are remembered, the preconditioner between them. */
function towards(
  objective: Objective,
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((it) => -it);
  const alphas = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, rho } = pairs[k];
    alphas[k] = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i] -= alphas[k] * y[i];
  }
  objective.precondition(q);
  for (let k = 0; k < pairs.length; k++) {
    const { s, y, rho } = pairs[k];
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += (alphas[k] - beta) * s[i];
  }
  return q;
}

/** A step where the slope is at most a tenth of what it was, by secants within a bracket; 0 where there is none. */
function lengthOf(objective: Objective, slope: number): number {
  let [low, lowSlope, high, highSlope] = [0, slope, Number.POSITIVE_INFINITY, Number.NaN];
  let step = 1;
  for (let tries = 0; tries < 30; tries++) {
    const found = objective.probe(step);
    if (Math.abs(found) <= 0.1 * -slope) return step;
    if (found < 0) [low, lowSlope] = [step, found];
    else [high, highSlope] = [step, found];
    const secant = low - (lowSlope * (high - low)) / (highSlope - lowSlope);
    if (high === Number.POSITIVE_INFINITY) step = low * (lowSlope / slope > 0.9 ? 8 : 2.5);
    else if (Number.isNaN(highSlope)) step = (low + high) / 2;
    else step = Math.min(Math.max(secant, low + 0.05 * (high - low)), high - 0.05 * (high - low));
  }
  return low;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const it of a) if (!(Math.abs(it) <= most)) most = Math.abs(it);
  return most;
}
