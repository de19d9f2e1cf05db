import type { Figure } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { leadingValue } from "../metrics/figures.ts";
import { meanOf } from "../metrics/intervals.ts";
import { randomOf, shuffled } from "../random.ts";
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

/** How the leading figure grows with the examples learnt from; a larger part holds the smaller ones of its seed. */
export function learningCurve(
  learner: Learner,
  target: Target,
  { train, test }: Split,
  fractions: readonly number[],
  seeds: readonly number[],
): CurvePoint[] {
  const orders = seeds.map((seed) => shuffled(train.length, randomOf(seed)).map((i) => train[i]));
  const is = takeTarget(target, test);
  return fractions.map((fraction) => {
    const examples = Math.min(train.length, Math.max(1, Math.round(fraction * train.length)));
    const runs = seeds.map((seed, s) =>
      leadingValue(learner(target, orders[s].slice(0, examples), test, seed), is),
    );
    return { fraction, examples, figure: meanOf(runs), runs };
  });
}
