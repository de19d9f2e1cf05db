import type { Figure } from "../../protocol/probe-report.ts";
import { randomOf } from "../random.ts";
import { membersOf } from "../units.ts";
import { normalQuantile, studentQuantile } from "./student.ts";

/**
 * A share with its interval (E. B. Wilson 1927, “Probable Inference, the Law of Succession, and Statistical Inference”).
 * @param scores 0 or 1 each, at least one
 * @param level how often the interval is to hold the true share
 */
export function shareOf(scores: ArrayLike<number>, level = 0.95): Figure {
  return { ...wilson(mean(scores), scores.length, level), n: scores.length };
}

/** The same of a share that was counted. @param n examples, also a part of one */
export function wilson(p: number, n: number, level: number): Omit<Figure, "n"> {
  const z = normalQuantile((1 + level) / 2);
  const middle = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  // At its ends the interval reaches 0 or 1, which rounding may miss.
  return { value: p, low: p === 0 ? 0 : middle - half, high: p === 1 ? 1 : middle + half };
}

/** A mean with its interval by Student's distribution; of one number, which says nothing of its spread, without an end. */
export function meanOf(scores: ArrayLike<number>, level = 0.95): Figure {
  return meanOfSplits(scores, 0, level);
}

/**
 * A mean over splits of the same examples drawn anew. What they learn from overlaps, so that runs are more alike than their
 * number says: Student's interval with the corrected variance of C. Nadeau and Y. Bengio 2003, “Inference for the generalization
 * error”.
 * @param told examples told for one learnt from; 0: the runs have nothing in common
 */
export function meanOfSplits(scores: ArrayLike<number>, told: number, level = 0.95): Figure {
  const n = scores.length;
  const value = mean(scores);
  if (n < 2) return { value, low: -Number.MAX_VALUE, high: Number.MAX_VALUE, n };
  const variance = sum(Array.from(scores, (it) => (it - value) ** 2)) / (n - 1);
  const half = studentQuantile((1 + level) / 2, n - 1) * Math.sqrt((1 / n + told) * variance);
  return { value, low: value - half, high: value + half, n };
}

/**
 * Any figure of some examples with its percentile interval by the bootstrap (B. Efron 1979), 1,000 draws with replacement
 * that the seed decides; draws of which the figure cannot be told are left out.
 * @param figure of examples by their numbers; null where it cannot be told
 * @param units `[examples]` the unit of each: whole ones are drawn; null: each example is one
 */
export function bootstrapped(
  n: number,
  figure: (examples: Int32Array) => number | null,
  seed: number,
  units: Int32Array | null = null,
  level = 0.95,
): Figure | null {
  const value = figure(Int32Array.from({ length: n }, (_, i) => i));
  if (value === null) return null;
  const random = randomOf(seed);
  const members = units && membersOf(units);
  const any = (of: number) => Math.floor(random() * of);
  const drawn = (): Int32Array =>
    members
      ? Int32Array.from(members.flatMap(() => members[any(members.length)]))
      : Int32Array.from({ length: n }, () => any(n));
  const draws: number[] = [];
  for (let draw = 0; draw < 1000; draw++) {
    const found = figure(drawn());
    if (found !== null) draws.push(found);
  }
  if (draws.length === 0) return { value, low: value, high: value, n };
  draws.sort((a, b) => a - b);
  const at = (share: number) => draws[Math.min(draws.length - 1, Math.floor(share * draws.length))];
  return { value, low: at((1 - level) / 2), high: at((1 + level) / 2), n };
}

/** 1: the second lies wholly above the first; -1: wholly below; 0: they overlap. */
export function apart(a: Figure, b: Figure): -1 | 0 | 1 {
  if (b.low > a.high) return 1;
  return b.high < a.low ? -1 : 0;
}

/** Of at least one number. */
export function mean(values: ArrayLike<number>): number {
  return sum(Array.from(values)) / values.length;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
