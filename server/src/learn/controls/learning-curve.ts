import type { Figure } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { leadingValue } from "../metrics/figures.ts";
import { meanOf } from "../metrics/intervals.ts";
import { randomOf, shuffled } from "../random.ts";
import { unlessRefused } from "../refusal.ts";
import type { Learner, Split } from "./learner.ts";

export interface CurvePoint {
  readonly fraction: number;
  /** How many examples were learnt from. */
  readonly examples: number;
  /** The leading figure of the test examples: mean over the seeds. */
  readonly figure: Figure;
  /** By seed. */
  readonly runs: number[];
}

/**
 * How the leading figure grows with the examples learnt from; a larger part holds the smaller ones of its seed.
 * @param refused is told of a part that is too small for the learner, and why; it is left out
 * @throws RangeError where even all examples are
 */
export function learningCurve(
  learner: Learner,
  target: Target,
  { train, test }: Split,
  fractions: readonly number[],
  seeds: readonly number[],
  refused: (examples: number, why: string) => void = () => {},
): CurvePoint[] {
  const orders = seeds.map((seed) => shuffled(train.length, randomOf(seed)).map((i) => train[i]));
  const is = takeTarget(target, test);
  return fractions.flatMap((fraction) => {
    const examples = Math.min(train.length, Math.max(1, Math.round(fraction * train.length)));
    const runs = unlessRefused(() =>
      seeds.map((seed, s) => leadingValue(learner(target, orders[s].slice(0, examples), test, seed), is)),
    );
    if (!(runs instanceof RangeError)) return [{ fraction, examples, figure: meanOf(runs), runs }];
    if (examples === train.length) throw runs;
    refused(examples, runs.message);
    return [];
  });
}
