import { firingPlaces, type Passage } from "./passage.ts";
import { random, shuffled } from "./random.ts";

/** One question to a judge: does the label fit this passage, or the tokens marked in it? */
export interface Test {
  passage: Passage;
  /** Places of marked tokens; null where the whole passage is meant. */
  marked: number[] | null;
  truth: boolean;
}

/**
 * The two tests of a label, each over the same passages in a random order, as delphi has them (Paulo et al. 2024,
 * arXiv 2410.13928; its scorers `detection` and `fuzz` of the type `default`):
 *
 * - detection: does the latent fire anywhere in the passage? Held-out passages that it fires on, and passages that it does not.
 * - fuzzing: are the marked tokens those that it fires on? In the former they are; in the latter as many tokens are marked at
 *   random as the former have on average, rounded up.
 *
 * Unlike delphi's, both kinds are as many as there are of the fewer.
 */
export function testsOf(
  active: readonly Passage[],
  silent: readonly Passage[],
  seed: number,
): { detection: Test[]; fuzzing: Test[] } {
  const next = random(seed + 13);
  const places = active.map(firingPlaces);
  const marks = Math.ceil(places.reduce((sum, it) => sum + it.length, 0) / Math.max(1, active.length));
  const detection = [
    ...active.map((passage): Test => ({ passage, marked: null, truth: true })),
    ...silent.map((passage): Test => ({ passage, marked: null, truth: false })),
  ];
  const fuzzing = [
    ...active.map((passage, i): Test => ({ passage, marked: places[i], truth: true })),
    ...silent.map((passage): Test => {
      const all = shuffled([...passage.tokens.keys()], next);
      return { passage, marked: all.slice(0, marks).sort((a, b) => a - b), truth: false };
    }),
  ];
  return { detection: shuffled(detection, next), fuzzing: shuffled(fuzzing, next) };
}

/**
 * The mean of the shares of right answers among the tests that are true and among those that are not, so that a judge who
 * always says the same gets 0.5. Answers that could not be read (null) count neither way.
 * @returns null where one of both has no answer that could be read, or half of all could not
 */
export function balancedAccuracy(
  tests: readonly Test[],
  verdicts: readonly (boolean | null)[],
): number | null {
  const right = { true: 0, false: 0 };
  const all = { true: 0, false: 0 };
  tests.forEach(({ truth }, i) => {
    const verdict = verdicts[i];
    if (verdict === null) return;
    all[`${truth}`]++;
    if (verdict === truth) right[`${truth}`]++;
  });
  if (all.true === 0 || all.false === 0 || 2 * (all.true + all.false) <= tests.length) return null;
  return (right.true / all.true + right.false / all.false) / 2;
}
