import { type Folds, foldsOf } from "./folds.ts";
import type { FitOptions, PenaltyRange } from "./kind.ts";

/** What logistic kinds call their penalty. */
export const penaltyC: PenaltyRange = { name: "C" };

/** That of kinds that shrink a covariance towards a multiple of the identity: how far. */
export const shrinkage: PenaltyRange = { name: "shrinkage", most: 1 };

/** What a penalty has to be that is not in its range, in words: “a number above 0”; null where it is in it. */
export function rangeMissed(penalty: number, { mayBeZero, most }: PenaltyRange): string | null {
  const isEnough = mayBeZero ? penalty >= 0 : penalty > 0;
  if (Number.isFinite(penalty) && isEnough && penalty <= (most ?? penalty)) return null;
  const least = mayBeZero ? "0 or above" : "above 0";
  return most === undefined ? `a number ${least}` : `${least} and at most ${most}`;
}

/** @throws RangeError where a strength that was given is not in the range of its kind */
export function checkStrength(penalty: number | undefined, range: PenaltyRange): void {
  if (penalty === undefined) return;
  const missed = rangeMissed(penalty, range);
  if (missed) throw new RangeError(`The penalty (${range.name}) is ${penalty}; it has to be ${missed}.`);
}

/** What a report says of a strength and how it was come by: over folds, or by something that needs none. */
export function strengthFacts(
  name: string,
  value: number,
  chosen: { folds?: Folds; by: string } | undefined,
): [string, string][] {
  const text = `${name} ${Number(value.toPrecision(4))}`;
  if (!chosen) return [["penalty", text]];
  const { folds, by } = chosen;
  if (!folds) return [["penalty", `${text}, chosen by ${by}`]];
  const facts: [string, string][] = [
    ["penalty", `${text}, chosen by ${folds.count}-fold cross-validation on ${by}`],
  ];
  if (folds.remarks.length > 0) facts.push(["folds", folds.remarks.join("; ")]);
  return facts;
}

/** Where classes have too few examples to hold any out. */
const untested = 1;

/**
 * The penalty C of a fit of classes, given or chosen over folds, and what a report says of it.
 * @param labels `[examples]` from 0
 */
export function strengthC(
  options: FitOptions,
  labels: Int32Array,
  choose: (folds: Folds) => number,
): { penalty: number; facts: [string, string][] } {
  const given = options.penalty;
  if (given !== undefined) return { penalty: given, facts: strengthFacts("C", given, undefined) };
  const folds = foldsOf(labels, options);
  if (folds.count < 2)
    return {
      penalty: untested,
      facts: [["penalty", `C ${untested}, not chosen: a class has one example only`]],
    };
  const penalty = choose(folds);
  return { penalty, facts: strengthFacts("C", penalty, { folds, by: "log-loss" }) };
}
