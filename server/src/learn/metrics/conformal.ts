import type { Figure } from "../../protocol/probe-report.ts";
import { shareOf } from "./intervals.ts";

/**
 * How little a class conforms to what a probe says, for each class: (1 − (p − p′)) / 2 with p′ the largest probability of the
 * others; 0 where it is certain, 1 where another is.
 * @param row `[classes]` probabilities of one example
 */
export function nonconformity(row: Float64Array): Float64Array {
  return row.map((p, k) => {
    let other = 0;
    row.forEach((it, j) => {
      if (j !== k && it > other) other = it;
    });
    return (1 - (p - other)) / 2;
  });
}

/**
 * The classes that cannot be ruled out at level alpha (split conformal prediction; V. Vovk et al. 2005, “Algorithmic learning in a
 * random world”): those of which the share of calibration examples that conform as little or less, the example itself counted,
 * is above alpha. The true class is among them in at least 1 − alpha of cases like those of the calibration.
 * @param row `[classes]` probabilities
 * @param calibration nonconformity of the true class of each, f32, in ascending order
 * @param without one of these that is left out
 */
export function conformalSet(
  row: Float64Array,
  calibration: ArrayLike<number>,
  alpha: number,
  without?: number,
): number[] {
  const n = calibration.length - (without === undefined ? 0 : 1);
  return Array.from(nonconformity(row)).flatMap((exact, k) => {
    // As exact as calibration is kept, so that an example conforms as well as itself.
    const score = Math.fround(exact);
    const left = without !== undefined && without >= score ? 1 : 0;
    const asBad = calibration.length - below(calibration, score) - left;
    return (asBad + 1) / (n + 1) > alpha ? [k] : [];
  });
}

/** How many numbers of an ascending list are smaller. */
function below(list: ArrayLike<number>, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface ConformalFigures {
  /** How often the true class is in the set. */
  coverage: Figure;
  /** How often the set is one class, so that an answer is given; else the probe abstains. */
  answered: Figure;
  /** Accuracy of those answers; null where none is given. */
  accuracy: Figure | null;
}

/** @param sets of held-out examples, at least one @param labels `[examples]` what they are */
export function conformalFigures(sets: readonly number[][], labels: ArrayLike<number>): ConformalFigures {
  const right = sets.map((set, i) => (set.includes(labels[i]) ? 1 : 0));
  const given = right.filter((_, i) => sets[i].length === 1);
  return {
    coverage: shareOf(right),
    answered: shareOf(sets.map((set) => (set.length === 1 ? 1 : 0))),
    accuracy: given.length === 0 ? null : shareOf(given),
  };
}
