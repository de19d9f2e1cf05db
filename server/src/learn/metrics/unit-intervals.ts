import type { Figure } from "../../protocol/probe-report.ts";
import { membersOf, type Units } from "../units.ts";
import { mean, meanOf, shareOf, sum, wilson } from "./intervals.ts";
import { studentQuantile } from "./student.ts";

/**
 * A share of examples that hang together in units: Wilson's interval for as many examples as they are worth, those in hand over
 * the design effect, with Student's quantiles for the number of units (E. L. Korn and B. I. Graubard 1998, “Confidence intervals
 * for proportions with small expected number of positive counts estimated from survey data”; with Wilson's interval as in
 * N. Dean and M. Pagano 2015). Copies are worth one example together, also where all are told right.
 * @param scores `[examples]` from 0 to 1, at least one
 */
export function shareOfUnits(scores: ArrayLike<number>, { units, copies }: Units, level = 0.95): Figure {
  if (!units && !copies) return shareOf(scores, level);
  const n = scores.length;
  const p = mean(scores);
  const most = copies ? n ** 2 / sum(membersOf(copies).map((it) => it.length ** 2)) : n;
  return { ...wilson(p, units ? Math.min(most, worth(scores, p, units, level)) : most, level), n };
}

/** How many examples that stand alone would tell as much. */
function worth(scores: ArrayLike<number>, p: number, units: Int32Array, level: number): number {
  const n = scores.length;
  const members = membersOf(units);
  if (members.length < 2) return 1;
  const [own, all] = [members.length - 1, n - 1].map((it) => studentQuantile((1 + level) / 2, it));
  const variance = varianceOfMean(scores, p, members);
  return Math.min(n, variance > 0 ? (p * (1 - p)) / variance : n) * (all / own) ** 2;
}

/** A mean of examples that hang together in units, with Student's interval; of one unit without an end. */
export function meanOfUnits(scores: ArrayLike<number>, { units }: Units, level = 0.95): Figure {
  if (!units) return meanOf(scores, level);
  const value = mean(scores);
  const members = membersOf(units);
  const n = scores.length;
  if (members.length < 2) return { value, low: -Number.MAX_VALUE, high: Number.MAX_VALUE, n };
  const half =
    studentQuantile((1 + level) / 2, members.length - 1) * Math.sqrt(varianceOfMean(scores, value, members));
  return { value, low: value - half, high: value + half, n };
}

/** Of a mean over units of unequal size (linearised, as that of a ratio of two totals). */
function varianceOfMean(scores: ArrayLike<number>, value: number, members: number[][]): number {
  const off = members.map((unit) => sum(unit.map((i) => scores[i] - value)) ** 2);
  return ((members.length / (members.length - 1)) * sum(off)) / scores.length ** 2;
}
