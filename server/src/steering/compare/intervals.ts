import type { Estimate } from "../../protocol/compare.ts";

/** 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054;
/** Of Student's distribution, by degrees of freedom from 1. */
const student = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604,
  2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555,
  2.0518, 2.0484, 2.0452, 2.0423,
];

/**
 * A share with its 95 % interval (E. B. Wilson 1927, “Probable Inference, the Law of Succession, and Statistical Inference”).
 * @param scores 0 or 1 each, at least one
 */
export function shareOf(scores: readonly number[]): Estimate {
  const n = scores.length;
  const p = sum(scores) / n;
  const middle = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  // At its ends the interval reaches 0 or 1, which rounding may miss.
  return { value: p, low: p === 0 ? 0 : middle - half, high: p === 1 ? 1 : middle + half, n };
}

/** A mean with its 95 % interval by Student's distribution; of one number, which says nothing of its spread, without an end. */
export function meanOf(scores: readonly number[]): Estimate {
  const n = scores.length;
  const value = sum(scores) / n;
  if (n < 2) return { value, low: -Number.MAX_VALUE, high: Number.MAX_VALUE, n };
  const variance = sum(scores.map((it) => (it - value) ** 2)) / (n - 1);
  const half = (student[n - 2] ?? z) * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half, n };
}

/** 1: the second lies wholly above the first; -1: wholly below; 0: they overlap. */
export function apart(a: Estimate, b: Estimate): -1 | 0 | 1 {
  if (b.low > a.high) return 1;
  return b.high < a.low ? -1 : 0;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
