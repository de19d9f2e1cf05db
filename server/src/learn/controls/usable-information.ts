import type { Figure } from "../../protocol/probe-report.ts";
import { mean } from "../metrics/intervals.ts";
import { surprises } from "../metrics/probabilities.ts";
import { meanOfUnits } from "../metrics/unit-intervals.ts";
import { alone, type Units } from "../units.ts";

export interface UsableInformation {
  /** Bits that the probe knows of a label, mean with its interval; below 0 where it is sure and wrong. */
  readonly information: Figure;
  /** Mean bits of a label to who knows the classes' shares only, and to the probe. */
  readonly without: number;
  readonly left: number;
  /** `[examples]` the same of each: strongly negative ones are mislabelled or odd. */
  readonly pointwise: Float64Array;
}

/**
 * V-usable information (Y. Xu et al. 2020, “A theory of usable information under computational constraints”), with its pointwise
 * version (K. Ethayarajh et al. 2022, “Understanding dataset difficulty with V-usable information”): how much less surprising the
 * labels of held-out examples are to the probe than to one of its family that reads nothing.
 * @param probabilities `[examples · classes]` of the probe
 * @param unread `[examples · classes]` of the fit on empty inputs; for kinds with a bias, {@link sharesOf} the training labels
 * @param labels `[examples]`, at least one
 * @param units of the examples, for the interval
 */
export function usableInformation(
  probabilities: Float64Array,
  unread: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
  units: Units = alone,
): UsableInformation {
  const left = surprises(probabilities, labels, classes);
  const without = surprises(unread, labels, classes);
  const pointwise = left.map((it, i) => (without[i] - it) / Math.LN2);
  return {
    information: meanOfUnits(pointwise, units),
    without: mean(without) / Math.LN2,
    left: mean(left) / Math.LN2,
    pointwise,
  };
}

/** `[examples · classes]`: what a fit with a bias that reads nothing tells of every example, the classes' shares. */
export function sharesOf(trained: Int32Array, classes: number, examples: number): Float64Array {
  const shares = new Float64Array(classes);
  for (const label of trained) shares[label] += 1 / trained.length;
  return Float64Array.from({ length: examples * classes }, (_, k) => shares[k % classes]);
}
