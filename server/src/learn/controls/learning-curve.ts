import type { Figure } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { leadingOfRuns, leadingValue } from "../metrics/figures.ts";
import { randomOf, shuffled } from "../random.ts";
import { unlessRefused } from "../refusal.ts";
import { alone, takeUnits, type Units } from "../units.ts";
import type { Learner, Split } from "./learner.ts";

export interface CurvePoint {
  readonly fraction: number;
  /** How many examples were learnt from. */
  readonly examples: number;
  /** The leading figure of the test examples, mean over the runs; the interval is that of the test examples. */
  readonly figure: Figure;
  /** By seed; one of all examples, which every seed would learn from. */
  readonly runs: number[];
}

/**
 * How the leading figure grows with the examples learnt from; a larger part holds the smaller ones of its seed.
 * @param refused is told of a part that is too small for the learner, and why; it is left out
 * @param units of all examples
 * @throws RangeError where even all examples are
 */
export function learningCurve(
  learner: Learner,
  target: Target,
  { train, test }: Split,
  fractions: readonly number[],
  seeds: readonly number[],
  refused: (examples: number, why: string) => void = () => {},
  units: Units = alone,
): CurvePoint[] {
  const orders = seeds.map((seed) => shuffled(train.length, randomOf(seed)).map((i) => train[i]));
  const is = takeTarget(target, test);
  const unitsOfTest = takeUnits(units, test);
  return fractions.flatMap((fraction) => {
    const examples = Math.min(train.length, Math.max(1, Math.round(fraction * train.length)));
    const own = examples === train.length ? seeds.slice(0, 1) : seeds;
    const told = unlessRefused(() =>
      own.map((seed, s) => learner(target, orders[s].slice(0, examples), test, seed)),
    );
    if (!(told instanceof RangeError)) {
      const runs = told.map((it) => leadingValue(it, is));
      return [{ fraction, examples, figure: leadingOfRuns(told, is, unitsOfTest), runs }];
    }
    if (examples === train.length) throw told;
    refused(examples, told.message);
    return [];
  });
}
