import { type Inputs, type Target, takeInputs, takeTarget } from "../data.ts";
import type { Fit, FitOptions, Kind } from "../kind.ts";
import { fitText, type TextBaselineId, type TextFit, type TextOptions } from "../text/baselines.ts";

/**
 * Learns a target from some examples and tells it of others, all by their numbers: `[test · outputs]` probabilities of the
 * target's classes, or numbers. What every control trains anew, be it a probe or a text baseline.
 * @param train numbers of the examples learnt from, at least one
 */
export type Learner = (
  target: Target,
  train: ArrayLike<number>,
  test: ArrayLike<number>,
  seed: number,
) => Float64Array;

/** Which examples are learnt from and which are told, by their numbers. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

type FitFunction = (inputs: Inputs, target: Target, options: FitOptions) => Fit;

/** @param options of all examples; groups and pairs are cut to those learnt from */
export function learnerOf(
  kind: Pick<Kind, "fit"> | FitFunction,
  inputs: Inputs,
  options: Omit<FitOptions, "seed"> = {},
): Learner {
  const learn = typeof kind === "function" ? kind : kind.fit.bind(kind);
  return ofPresentClasses((target, train, test, seed) =>
    learn(takeInputs(inputs, train), target, {
      ...options,
      seed,
      groups: options.groups && pick(options.groups, train),
      pairs: options.pairs && pick(options.pairs, train),
    }).predict(takeInputs(inputs, test)),
  );
}

/** @param texts `[examples]` */
export function textLearner(
  id: TextBaselineId,
  texts: readonly string[],
  options: Omit<TextOptions, "seed"> = {},
): Learner {
  return ofPresentClasses((target, train, test, seed) =>
    predicted(
      fitText(
        id,
        Array.from(train, (i) => texts[i]),
        target,
        {
          ...options,
          seed,
          groups: options.groups && pick(Int32Array.from(options.groups), train),
        },
      ),
      Array.from(test, (i) => texts[i]),
    ),
  );
}

/** Texts whose terms are counted at once: those of many long ones would fill the memory. */
const atOnce = 1_000;

function predicted({ outputs, predict }: TextFit, texts: readonly string[]): Float64Array {
  const all = new Float64Array(texts.length * outputs);
  for (let from = 0; from < texts.length; from += atOnce)
    all.set(predict(texts.slice(from, from + atOnce)), from * outputs);
  return all;
}

/** @param learn of the target of the examples learnt from, of which every class occurs and there are two at least */
function ofPresentClasses(learn: Learner): Learner {
  return (target, train, test, seed) => {
    const own = takeTarget(target, train);
    if (own.type === "number") return learn(own, train, test, seed);
    const classes = own.names.length;
    const present = own.names.map((_, k) => k).filter((k) => own.labels.includes(k));
    if (present.length === classes) return learn(own, train, test, seed);
    const labels = own.labels.map((label) => present.indexOf(label));
    const told =
      present.length === 1
        ? new Float64Array(test.length).fill(1)
        : learn({ ...own, names: present.map((k) => own.names[k]), labels }, train, test, seed);
    // A class that was not met has the chance of a first meeting (Laplace's rule).
    const unseen = 1 / (train.length + classes);
    const rest = 1 - unseen * (classes - present.length);
    const all = new Float64Array(test.length * classes).fill(unseen);
    for (let i = 0; i < test.length; i++)
      present.forEach((k, j) => {
        all[i * classes + k] = rest * told[i * present.length + j];
      });
    return all;
  };
}

function pick(of: Int32Array, examples: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: examples.length }, (_, i) => of[examples[i]]);
}
