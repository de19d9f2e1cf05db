import type { ReliabilityPoint } from "../../protocol/probe-report.ts";
import { mean } from "./intervals.ts";

/** Figures of probabilities `[examples · classes]` against the classes that are `[examples]`. */

/** No probability counts as smaller, so that one sure mistake is not infinite; scikit-learn's bound in f64. */
export const LEAST = Number.EPSILON;

/** `[examples]` −ln of the probability that the true class was given. */
export function surprises(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  return Float64Array.from({ length: labels.length }, (_, i) =>
    // Not −0 of a certainty.
    Math.abs(Math.log(Math.min(1, Math.max(LEAST, probabilities[i * classes + labels[i]])))),
  );
}

/** Mean surprise, in nats; null of no examples. */
export function logLoss(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): number | null {
  return labels.length === 0 ? null : mean(surprises(probabilities, labels, classes));
}

/**
 * Mean squared distance of probabilities from what is (G. W. Brier 1950): of two classes that of the second's probability, of
 * more the sum over the classes, as scikit-learn has it; null of no examples.
 */
export function brier(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): number | null {
  if (labels.length === 0) return null;
  let total = 0;
  for (let i = 0; i < labels.length; i++)
    for (let k = classes === 2 ? 1 : 0; k < classes; k++)
      total += (probabilities[i * classes + k] - (labels[i] === k ? 1 : 0)) ** 2;
  return total / labels.length;
}

/** How often the class told was right, by bins of equal width of the probability it was given; empty bins are left out. */
export function reliability(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
  bins = 10,
): ReliabilityPoint[] {
  const sums = Array.from({ length: bins }, () => ({ n: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const confidence = Math.max(...row);
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))];
    bin.n++;
    bin.confidence += confidence;
    bin.right += row.indexOf(confidence) === labels[i] ? 1 : 0;
  }
  return sums.flatMap(({ n, confidence, right }, b) =>
    n === 0
      ? []
      : [{ low: b / bins, high: (b + 1) / bins, n, confidence: confidence / n, accuracy: right / n }],
  );
}

/**
 * Expected calibration error: mean distance of confidence from accuracy over the bins, each counting by its examples
 * (C. Guo et al. 2017, “On calibration of modern neural networks”); null of none.
 */
export function calibrationError(points: readonly ReliabilityPoint[]): number | null {
  const n = points.reduce((total, point) => total + point.n, 0);
  if (n === 0) return null;
  return points.reduce((total, it) => total + it.n * Math.abs(it.accuracy - it.confidence), 0) / n;
}
