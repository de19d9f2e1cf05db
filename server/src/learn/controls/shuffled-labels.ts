import type { ShuffledRun } from "../../protocol/probe-report.ts";
import { countsOf } from "../classes.ts";
import { type Target, takeTarget } from "../data.ts";
import { mostLikely } from "../metrics/classes.ts";
import { leadingValue } from "../metrics/figures.ts";
import { normalQuantile } from "../metrics/student.ts";
import { randomOf, shuffled } from "../random.ts";
import { membersOf } from "../units.ts";
import type { Learner, Split } from "./learner.ts";

/**
 * Trains on labels that were dealt out anew among all examples of the split, and tells others: what is still learnt there is a leak,
 * since only the examples learnt from say anything of such labels. Copies of a text get one label, so that a copy that was learnt
 * from gives it away. Of 100 seeds about 99 must lie within chance's interval.
 * @param copies `[examples]` the text that each is a copy of, by number; null: all differ
 */
export function shuffledLabels(
  learner: Learner,
  target: Target,
  split: Split,
  seeds: readonly number[],
  copies: Int32Array | null = null,
): ShuffledRun[] {
  const ofTest = copies && Int32Array.from(split.test, (i) => copies[i]);
  return seeds.map((seed) => {
    const dealt = dealtAnew(target, split, copies, seed);
    const told = learner(dealt, split.train, split.test, seed);
    const test = takeTarget(dealt, split.test);
    const value = leadingValue(told, test);
    const [low, high] = chanceInterval(told, test, ofTest);
    return { seed, value, low, high, within: value >= low && value <= high };
  });
}

/** A text has one label before it is dealt too: that of the first of its copies. */
function dealtAnew(target: Target, { train, test }: Split, copies: Int32Array | null, seed: number): Target {
  const examples = Int32Array.from(new Set([...train, ...test]));
  const texts = textsOf(examples, copies).map((text) => text.map((i) => examples[i]));
  const order = shuffled(texts.length, randomOf(seed));
  const deal = <A extends Int32Array | Float64Array>(from: A, into: A): A => {
    texts.forEach((text, i) => {
      for (const example of text) into[example] = from[texts[order[i]][0]];
    });
    return into;
  };
  return target.type === "number"
    ? { ...target, values: deal(target.values, target.values.slice()) }
    : { ...target, labels: deal(target.labels, target.labels.slice()) };
}

/** Texts, each with the places of its copies among some examples. */
function textsOf(examples: Int32Array, copies: Int32Array | null): number[][] {
  return membersOf(copies ? examples.map((i) => copies[i]) : examples);
}

/**
 * Where the leading figure lies in 99 of 100 cases when what is told has nothing to do with what is: mean and variance of the
 * agreement over all orders of the texts' labels (W. Hoeffding 1951), half a text wider for whole texts; of a rank correlation
 * the variance is 1/(n − 1), n the texts.
 * @param told predictions of the target's examples
 * @param copies `[examples]` the text that each is a copy of; copies have one label
 */
export function chanceInterval(
  told: Float64Array,
  target: Target,
  copies: Int32Array | null = null,
): [low: number, high: number] {
  const z = normalQuantile(0.995);
  const n = target.type === "number" ? target.values.length : target.labels.length;
  const texts = membersOf(copies ?? Int32Array.from({ length: n }, (_, i) => i));
  if (target.type === "number") {
    // Of unequal texts as many as they are worth.
    const worth = n ** 2 / texts.reduce((squares, it) => squares + it.length ** 2, 0);
    const half = z / Math.sqrt(Math.max(1, worth - 1));
    return [-half, half];
  }
  const classes = target.names.length;
  const is = countsOf(
    Int32Array.from(texts, ([first]) => target.labels[first]),
    classes,
  );
  const said = mostLikely(told, classes);
  // How many copies of a text are right if a class is its label; by class the mean over all texts.
  const right = texts.map((text) =>
    countsOf(
      Int32Array.from(text, (i) => said[i]),
      classes,
    ),
  );
  const ofClass = Array.from(is, (_, k) => right.reduce((sum, it) => sum + it[k], 0) / texts.length);
  const ofText = right.map((it) => it.reduce((sum, count, k) => sum + count * is[k], 0) / texts.length);
  const mean = ofText.reduce((a, b) => a + b, 0) / texts.length;
  let squares = 0;
  right.forEach((it, t) => {
    it.forEach((count, k) => {
      squares += is[k] * (count - ofText[t] - ofClass[k] + mean) ** 2;
    });
  });
  const half = z * Math.sqrt(squares / Math.max(1, texts.length - 1)) + (0.5 * n) / texts.length;
  return [(mean * texts.length - half) / n, (mean * texts.length + half) / n];
}
