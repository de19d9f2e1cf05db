import { addAt, dotAt } from "../dense.ts";

/** Pairs of rows, `[pairs · columns]` each: the first and the second side, normalised each by itself. */
export interface Sides {
  readonly pairs: number;
  readonly columns: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * Mean over the pairs of (p⁺ − (1 − p⁻))² + min(p⁺, p⁻)², plus penalty/2 ‖θ‖², with p = σ(θ · x + b).
 * @param parameters `[columns + 1]` θ, then b @param gradient the same, written
 */
export function ccsLoss(
  sides: Sides,
  penalty: number,
  parameters: Float64Array,
  gradient: Float64Array,
): number {
  const { pairs, columns, first, second } = sides;
  gradient.fill(0);
  let loss = 0;
  for (let i = 0; i < pairs; i++) {
    const a = sigmoid(score(first, i, parameters));
    const b = sigmoid(score(second, i, parameters));
    const inconsistent = a + b - 1;
    const least = Math.min(a, b);
    loss += (inconsistent ** 2 + least ** 2) / pairs;
    const slopeA = ((2 * inconsistent + (a <= b ? 2 * least : 0)) * a * (1 - a)) / pairs;
    const slopeB = ((2 * inconsistent + (a <= b ? 0 : 2 * least)) * b * (1 - b)) / pairs;
    addAt(gradient, 0, slopeA, first, i * columns, columns);
    addAt(gradient, 0, slopeB, second, i * columns, columns);
    gradient[columns] += slopeA + slopeB;
  }
  for (let k = 0; k < columns; k++) {
    gradient[k] += penalty * parameters[k];
    loss += (penalty / 2) * parameters[k] ** 2;
  }
  return loss;

  function score(of: Float32Array, row: number, theta: Float64Array): number {
    return theta[columns] + dotAt(theta, 0, of, row * columns, columns);
  }
}

export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
