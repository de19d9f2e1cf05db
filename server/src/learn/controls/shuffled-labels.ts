import type { ShuffledRun } from "../../protocol/probe-report.ts";
import { countsOf } from "../classes.ts";
import { type Target, takeTarget } from "../data.ts";
import { mostLikely } from "../metrics/classes.ts";
import { leadingValue } from "../metrics/figures.ts";
import { normalQuantile } from "../metrics/student.ts";
import { randomOf, shuffled } from "../random.ts";
import type { Learner, Split } from "./learner.ts";

/**
 * Trains on labels that were dealt out anew among all examples of the split, and tells others: what is still learnt there is a leak,
 * since only the examples learnt from say anything of such labels. Of 100 seeds about 99 must lie within chance's interval.
 */
export function shuffledLabels(
  learner: Learner,
  target: Target,
  split: Split,
  seeds: readonly number[],
): ShuffledRun[] {
  return seeds.map((seed) => {
    const dealt = dealtAnew(target, split, seed);
    const told = learner(dealt, split.train, split.test, seed);
    const test = takeTarget(dealt, split.test);
    const value = leadingValue(told, test);
    const [low, high] = chanceInterval(told, test);
    return { seed, value, low, high, within: value >= low && value <= high };
  });
}

function dealtAnew(target: Target, { train, test }: Split, seed: number): Target {
  const examples = Int32Array.from(new Set([...train, ...test]));
  const order = shuffled(examples.length, randomOf(seed));
  const deal = <A extends Int32Array | Float64Array>(from: A, into: A): A => {
    examples.forEach((example, i) => {
      into[example] = from[examples[order[i]]];
    });
    return into;
  };
  return target.type === "number"
    ? { ...target, values: deal(target.values, target.values.slice()) }
    : { ...target, labels: deal(target.labels, target.labels.slice()) };
}

/**
 * Where the leading figure lies in 99 of 100 cases when what is told has nothing to do with what is: mean and variance of the
 * agreement over all orders of the labels (W. Hoeffding 1951), half an example wider for whole examples; of a rank correlation
 * the variance is 1/(n − 1).
 * @param told predictions of the target's examples
 */
export function chanceInterval(told: Float64Array, target: Target): [low: number, high: number] {
  const z = normalQuantile(0.995);
  if (target.type === "number") {
    const half = z / Math.sqrt(Math.max(1, target.values.length - 1));
    return [-half, half];
  }
  const n = target.labels.length;
  const classes = target.names.length;
  const is = countsOf(target.labels, classes);
  const says = countsOf(mostLikely(told, classes), classes);
  const mean = is.reduce((sum, count, k) => sum + (count * says[k]) / n / n, 0);
  let squares = 0;
  for (let said = 0; said < classes; said++)
    for (let k = 0; k < classes; k++)
      squares += says[said] * is[k] * ((said === k ? 1 : 0) - is[said] / n - says[k] / n + mean) ** 2;
  const half = (z * Math.sqrt(squares / Math.max(1, n - 1)) + 0.5) / n;
  return [mean - half, mean + half];
}
