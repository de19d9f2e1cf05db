import type { Folds } from "./folds.ts";

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

/** What a report says of a strength and how it was come by. */
export function strengthFacts(
  name: string,
  value: number,
  chosen: { folds: Folds; by: string } | undefined,
): [string, string][] {
  const text = `${name} ${Number(value.toPrecision(4))}`;
  if (!chosen) return [["penalty", text]];
  const { folds, by } = chosen;
  const facts: [string, string][] = [
    ["penalty", `${text}, chosen by ${folds.count}-fold cross-validation on ${by}`],
  ];
  if (folds.remarks.length > 0) facts.push(["folds", folds.remarks.join("; ")]);
  return facts;
}
