import { sigmoid, softmax, softplus } from "./sigmoid.ts";

/** Calibration of scores: p = σ(a s + b) of two classes, p ∝ exp(a sₖ) of more (b is 0). */
export interface Calibration {
  readonly a: number;
  readonly b: number;
}

/**
 * Platt scaling (Platt 1999) of scores that the scorer was not fitted on, by Newton's method with halved steps (Lin, Lin & Weng
 * 2007). Labels count as (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2), so that scores which separate the classes give no certainty.
 * @param scores `[examples]` @param labels `[examples]` 0 or 1
 */
export function platt(scores: Float64Array, labels: Int32Array): Calibration {
  const positive = labels.reduce((sum, it) => sum + it, 0);
  const targets = [1 / (labels.length - positive + 2), (positive + 1) / (positive + 2)];
  const unit = spreadOf(scores);
  const s = scores.map((it) => it / unit);
  let [a, b] = [0, Math.log((positive + 1) / (labels.length - positive + 1))];
  const lossAt = (a: number, b: number) =>
    s.reduce((sum, it, i) => sum + softplus(a * it + b) - targets[labels[i]] * (a * it + b), 0);
  let loss = lossAt(a, b);
  for (let round = 0; round < 100; round++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12];
    for (let i = 0; i < s.length; i++) {
      const p = sigmoid(a * s[i] + b);
      const slope = p - targets[labels[i]];
      const curve = p * (1 - p);
      ga += slope * s[i];
      gb += slope;
      haa += curve * s[i] * s[i];
      hab += curve * s[i];
      hbb += curve;
    }
    if (Math.max(Math.abs(ga), Math.abs(gb)) < 1e-9 * s.length) break;
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    let step = 1;
    while (step > 1e-10 && !(lossAt(a - step * da, b - step * db) < loss + 1e-12 * loss)) step /= 2;
    if (step <= 1e-10) break;
    [a, b] = [a - step * da, b - step * db];
    loss = lossAt(a, b);
  }
  return { a: a / unit, b };
}

/**
 * Temperature scaling (Guo et al. 2017) of scores that the scorer was not fitted on: a = 1 / T with the least log-loss, which is
 * convex in a; by bisection of its slope, between e⁻¹⁰ and e¹⁰ over the spread of the scores.
 * @param scores `[examples · classes]` @param labels `[examples]`
 */
export function temperature(scores: Float64Array, labels: Int32Array, classes: number): Calibration {
  const unit = spreadOf(scores);
  const p = new Float64Array(classes);
  const slopeAt = (a: number) => {
    const scaled = scores.map((it) => a * it);
    let slope = 0;
    for (let i = 0; i < labels.length; i++) {
      const at = i * classes;
      softmax(scaled, at, p);
      for (let k = 0; k < classes; k++) slope += p[k] * (scores[at + k] - scores[at + labels[i]]);
    }
    return slope;
  };
  let [low, high] = [-10, 10];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (slopeAt(Math.exp(middle) / unit) < 0) low = middle;
    else high = middle;
  }
  return { a: Math.exp((low + high) / 2) / unit, b: 0 };
}

/** Standard deviation of scores, 1 where they are all equal. */
function spreadOf(scores: Float64Array): number {
  const mean = scores.reduce((sum, it) => sum + it, 0) / scores.length;
  return Math.sqrt(scores.reduce((sum, it) => sum + (it - mean) ** 2, 0) / scores.length) || 1;
}
