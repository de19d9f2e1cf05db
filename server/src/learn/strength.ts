import { type Folds, foldsOf } from "./folds.ts";
import type { FitOptions } from "./kind.ts";

/** @throws RangeError where a strength that was given is not above `least` (or, if `inclusive`, below it), or beyond `most` */
export function checkStrength(
  penalty: number | undefined,
  name: string,
  { least = 0, most = Number.POSITIVE_INFINITY }: { least?: number; most?: number } = {},
): void {
  if (penalty === undefined || (Number.isFinite(penalty) && penalty > least && penalty <= most)) return;
  const range =
    most === Number.POSITIVE_INFINITY ? `a number above ${least}` : `above ${least} and at most ${most}`;
  throw new RangeError(`The penalty (${name}) is ${penalty}; it has to be ${range}.`);
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
