import { type Calibration, platt, temperature } from "./calibrate.ts";
import { checkedClasses, countsOf } from "./classes.ts";
import type { Inputs, Matrix, Target } from "./data.ts";
import { type Folds, foldsOf, partOf } from "./folds.ts";
import { binaryHead, probabilitiesOf, softmaxHead } from "./heads.ts";
import type { Fit, FitOptions, KindId } from "./kind.ts";
import { linearFit } from "./linear.ts";
import { logLoss } from "./metrics/probabilities.ts";
import { allRows, project } from "./products.ts";
import { type Scaling, scalingOf, standardised, unstandardised } from "./standardise.ts";
import { strengthFacts } from "./strength.ts";

/** Scores of rows: x · w + b, one of two classes (larger for the second), one a class of more. */
export interface Scorer {
  /** `[outputs · columns]` */
  readonly w: Float64Array;
  /** `[outputs]` */
  readonly b: Float64Array;
}

/** Learns from some rows of a matrix, and gives a scorer for each strength of its penalty; asked for fold after fold. */
export type Scorers = (
  x: Matrix,
) => (rows: Int32Array, labels: Int32Array, classes: number) => (strength: number) => Scorer;

/** How a kind of scores is to be fitted. */
export interface Scoring {
  readonly scorers: Scorers;
  readonly standardise: boolean;
  /** What its penalty is called; absent where it has none. */
  readonly strength?: string;
  /** Strengths to choose from; one that is given counts alone. */
  readonly strengths: readonly number[];
  /** Chooses among the strengths without folds, by what; null: folds choose. */
  readonly ahead?: (
    x: Matrix,
    labels: Int32Array,
    classes: number,
  ) => { readonly best: number; readonly by: string } | null;
  readonly remarks?: readonly [string, string][];
}

/**
 * A probe whose scores are not probabilities by themselves: Platt scaling of two classes, a temperature of more, fitted on
 * scores of examples that were held out (cross-fitting over folds); then the scorer is fitted to all examples. The strength is the
 * one whose calibrated scores have the least log-loss there.
 */
export function scoredFit(
  kind: KindId,
  inputs: Inputs,
  target: Target,
  options: FitOptions,
  { scorers, standardise, strength, strengths: all, ahead, remarks }: Scoring,
): Fit {
  const { present, labels, classes } = checkedClasses(inputs, target, kind);
  const scaling = standardise ? scalingOf(inputs.x) : asItIs(inputs.x.columns);
  const x = standardise ? standardised(inputs.x, scaling) : inputs.x;
  const folds = foldsOf(labels, options);
  const chosen = ahead?.(x, labels, present.length) ?? null;
  const strengths = chosen ? [all[chosen.best]] : all;
  const learnt = scorers(x);
  const held = heldOutScores(learnt, x, labels, present.length, folds, strengths);
  const tried = strengths.map((_, i) => calibrated(held.scores[i], held.labels, present.length));
  const best = tried.reduce((least, it, i) => (it.loss < tried[least].loss ? i : least), 0);
  const { calibration } = tried[best];
  const { w, b } = learnt(allRows(x.rows), labels, present.length)(strengths[best]);
  const facts: [string, string][] = remarks?.map(([name, text]) => [name, text]) ?? [];
  if (strength) {
    const how = chosen ?? (strengths.length > 1 ? { folds, by: "log-loss" } : undefined);
    facts.push(...strengthFacts(strength, strengths[best], how));
  }
  facts.push(["calibration", `${present.length === 2 ? "Platt scaling" : "temperature"} on ${held.on}`]);
  if (folds.remarks.length > 0 && !facts.some(([name]) => name === "folds"))
    facts.push(["folds", folds.remarks.join("; ")]);
  return linearFit({
    kind,
    link: present.length === 2 ? "binary" : "softmax",
    columns: x.columns,
    ...unstandardised(w, b, scaling),
    calibration: Float32Array.of(calibration.a, calibration.b),
    classes,
    present,
    facts,
    // One that is the kind's only choice is no strength that another fit is to be held to.
    ...((all.length > 1 || options.penalty !== undefined) && { penalty: strengths[best] }),
  });
}

const asItIs = (columns: number): Scaling => ({
  mean: new Float64Array(columns),
  scale: new Float64Array(columns).fill(1),
});

/**
 * Scores of every strength on held-out examples. Folds whose training part lacks a class are passed over (groups may be like
 * that); where none is left, the scores are those of the examples learnt from, and `on` says so.
 */
function heldOutScores(
  learnt: ReturnType<Scorers>,
  x: Matrix,
  labels: Int32Array,
  classes: number,
  folds: Folds,
  strengths: readonly number[],
): { scores: Float64Array[]; labels: Int32Array; on: string } {
  const parts: { test: Int32Array; scores: Float64Array[] }[] = [];
  const scored = (train: Int32Array, test: Int32Array) => {
    const at = learnt(train, labels, classes);
    parts.push({ test, scores: strengths.map((it) => scoresOf(at(it), x, test)) });
  };
  for (let fold = 0; folds.count > 1 && fold < folds.count; fold++) {
    const { inside, outside } = partOf(folds.of, fold);
    const counts = countsOf(
      outside.map((i) => labels[i]),
      classes,
    );
    if (counts.every((it) => it > 0)) scored(outside, inside);
  }
  const on = parts.length > 0 ? "held-out folds" : "the examples learnt from, since none can be held out";
  if (parts.length === 0) scored(allRows(x.rows), allRows(x.rows));
  return {
    scores: strengths.map((_, i) => Float64Array.from(parts.flatMap((it) => Array.from(it.scores[i])))),
    labels: Int32Array.from(parts.flatMap(({ test }) => Array.from(test, (r) => labels[r]))),
    on,
  };
}

function scoresOf({ w, b }: Scorer, x: Matrix, rows: Int32Array): Float64Array {
  const z = new Float64Array(rows.length * b.length);
  project(x, rows, w, b.length, z);
  return z.map((it, i) => it + b[i % b.length]);
}

function calibrated(
  scores: Float64Array,
  labels: Int32Array,
  classes: number,
): { calibration: Calibration; loss: number } {
  const calibration = classes === 2 ? platt(scores, labels) : temperature(scores, labels, classes);
  const head = classes === 2 ? binaryHead : softmaxHead(classes);
  const z = scores.map((it) => calibration.a * it + calibration.b);
  const told = probabilitiesOf(head, z, new Float64Array(head.free));
  return { calibration, loss: logLoss(told, labels, classes) ?? 0 };
}
