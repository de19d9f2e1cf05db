import { countOf, type Inputs, type Target, takeInputs } from "../data.ts";
import { equalFolds, partOf } from "../folds.ts";
import type { Fit, FitOptions, FitState, Kind } from "../kind.ts";
import { conformalFigures, conformalSet, nonconformity } from "../metrics/conformal.ts";
import { scoresOf as combined, probabilitiesOf } from "../sparse-logistic.ts";
import { asRows, bagScores, carriesOf, combine, rowScores } from "./bag-scores.ts";
import { bagSeparator } from "./bag-separator.ts";
import { keptTensor } from "./kept-tensors.ts";
import { checkWidth, everyRow, scaled, scalesOf } from "./scales.ts";

const ALPHA = 0.1;
const PENALTY = 0.01;
/** One part in so many is held back for the conformal sets. */
const PARTS = 4;

/** A probe that may abstain. */
export interface ConformalFit extends Fit {
  readonly alpha: number;
  /** The classes of each example that cannot be ruled out at level alpha; the probe abstains where that is not one. */
  sets(inputs: Inputs): number[][];
  /** `[rows · classes]`: how much each token speaks for each class. */
  tokenScores(inputs: Inputs): Float64Array;
}

type BagKind = Omit<Kind, "fit" | "restore"> & {
  fit(inputs: Inputs, target: Target, options: FitOptions): ConformalFit;
  restore(state: FitState): ConformalFit;
};

/**
 * Three-way probe with abstention after sAwMIL (G. Savcisens and T. Eliassi-Rad 2025, “The trilemma of truth in large language
 * models”): one-against-all linear separators from bags of standardised tokens, of which only the last quarter (two at least)
 * may carry the class; a bag's score is its tokens' largest. A balanced multinomial logistic regression combines the scores of
 * all classes, and split conformal sets with the margin of probabilities say what cannot be ruled out at level alpha. A quarter
 * of the examples is held back for that. As in the paper but for logistic loss in place of the hinge.
 */
export const multipleInstance: BagKind = {
  id: "multiple-instance",
  targets: ["classes"],
  reads: "rows",
  fit: (inputs, target, options) => {
    const n = countOf(inputs);
    if (n < PARTS)
      throw new RangeError(`${n} examples are too few for a probe that holds a quarter back: give more.`);
    const groups = options.groups && new Set(options.groups).size >= PARTS ? options.groups : undefined;
    const labels = target.type === "number" ? undefined : target.labels;
    const { inside, outside } = partOf(equalFolds(n, PARTS, options.seed, { groups, labels }), 0);
    return fitBags(inputs, target, outside, inside, options);
  },
  restore: (state) => {
    const [classes, columns] = state.tensors.separators?.shape ?? [0, 0];
    keptTensor(state, "separators", [classes, columns]);
    keptTensor(state, "mean", [columns - 1]);
    keptTensor(state, "deviation", [columns - 1]);
    keptTensor(state, "combiner", [null]);
    keptTensor(state, "scales", [2, classes]);
    keptTensor(state, "calibration", [null]);
    return made(state);
  },
};

/**
 * The probe, with what is learnt from and what is held back for the sets given by their numbers.
 * @throws RangeError where a class is missing, or too few are held back for any class to be ruled out
 */
export function fitBags(
  inputs: Inputs,
  target: Target,
  learnt: Int32Array,
  heldBack: Int32Array,
  options: Pick<FitOptions, "alpha" | "penalty">,
): ConformalFit {
  if (target.type === "number")
    throw new RangeError("A multiple-instance probe tells classes apart: give a target of classes.");
  const alpha = options.alpha ?? ALPHA;
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`α is ${alpha}: give a share between 0 and 1.`);
  const needed = Math.ceil(1 / alpha) - 1;
  if (heldBack.length < needed)
    throw new RangeError(
      `Sets at α = ${alpha} need ${needed} examples held back, and a quarter is ${heldBack.length}: give more examples or a larger α.`,
    );
  const classes = target.names.length;
  const labels = learnt.map((i) => target.labels[i]);
  const missing = target.names.findIndex((_, k) => !labels.includes(k));
  if (missing >= 0)
    throw new RangeError(
      `There is no example of the class “${target.names[missing]}” to learn from: give some.`,
    );
  const own = takeInputs(inputs, learnt);
  const scales = scalesOf(own.x, everyRow(own.x));
  const starts = own.starts ?? Int32Array.from({ length: own.x.rows + 1 }, (_, i) => i);
  const bags = { x: scaled(own.x, scales), starts, carries: carriesOf(starts) };
  const penalty = options.penalty ?? PENALTY;
  const separators = new Float32Array(classes * (own.x.columns + 1));
  for (let k = 0; k < classes; k++)
    separators.set(
      bagSeparator(
        bags,
        labels.map((it) => (it === k ? 1 : 0)),
        penalty,
      ),
      k * (own.x.columns + 1),
    );

  const scores = bagScores(rowScores(bags.x, separators, classes), starts, classes);
  const byClass = scalesOf(
    { rows: learnt.length, columns: classes, values: scores },
    learnt.map((_, i) => i),
  );
  const combiner = combine(scores, byClass, labels, classes);
  const kept = (values: Float32Array, ...shape: number[]) => ({ shape, values });
  const state = (calibration: Float32Array, facts: [string, string][]): FitState => ({
    kind: "multiple-instance",
    tensors: {
      separators: kept(separators, classes, own.x.columns + 1),
      mean: kept(scales.mean, own.x.columns),
      deviation: kept(scales.deviation, own.x.columns),
      scales: kept(Float32Array.from([...byClass.mean, ...byClass.deviation]), 2, classes),
      combiner: kept(combiner, combiner.length),
      calibration: kept(calibration, calibration.length),
    },
    settings: { alpha, facts },
  });
  const apart = takeInputs(inputs, heldBack);
  const is = heldBack.map((i) => target.labels[i]);
  const told = made(state(new Float32Array(0), [])).predict(apart);
  const rows = Array.from(is, (_, i) => told.subarray(i * classes, (i + 1) * classes));
  const misfits = Float32Array.from(rows, (row, i) => nonconformity(row)[is[i]]);
  const calibration = misfits.slice().sort();
  // Each by the others', so that this is measured on examples that decided neither the probe nor their own set.
  const sets = rows.map((row, i) => conformalSet(row, calibration, alpha, misfits[i]));
  const { coverage, answered } = conformalFigures(sets, is);
  return made(
    state(calibration, [
      ["α", `${alpha}`],
      ["penalty", `${penalty}`],
      ["examples held back for the sets", `${heldBack.length}`],
      [
        "coverage on them, each by the others",
        `${percent(coverage.value)} (wanted: ${percent(1 - alpha)} or more)`,
      ],
      ["answered there", percent(answered.value)],
    ]),
  );
}

function made(state: FitState): ConformalFit {
  const { separators, scales, combiner, calibration } = state.tensors;
  const [classes, wide] = separators.shape;
  const alpha = Number(state.settings.alpha ?? ALPHA);
  const tokens = { mean: state.tensors.mean.values, deviation: state.tensors.deviation.values };
  const byClass = { mean: scales.values.slice(0, classes), deviation: scales.values.slice(classes) };
  const rowScoresOf = (inputs: Inputs) => {
    checkWidth(inputs.x, wide - 1);
    return rowScores(scaled(inputs.x, tokens), separators.values, classes);
  };
  const predict = (inputs: Inputs) => {
    const scores = bagScores(rowScoresOf(inputs), inputs.starts, classes);
    const linear = {
      outputs: classes === 2 ? 1 : classes,
      columns: classes,
      parameters: Float64Array.from(combiner.values),
    };
    return probabilitiesOf(combined(asRows(scores, byClass, classes), linear), classes);
  };
  return {
    state,
    alpha,
    outputs: classes,
    predict,
    sets: (inputs) => {
      const all = predict(inputs);
      return Array.from({ length: countOf(inputs) }, (_, i) =>
        conformalSet(all.subarray(i * classes, (i + 1) * classes), calibration.values, alpha),
      );
    },
    tokenScores: rowScoresOf,
    directions: () =>
      Array.from({ length: classes }, (_, k) => {
        const separator = separators.values.subarray(k * wide, (k + 1) * wide);
        const vector = tokens.deviation.map((it, c) => separator[c] / it);
        const bias = tokens.mean.reduce((sum, it, c) => sum - it * vector[c], separator[wide - 1]);
        return { output: k, vector, bias };
      }).slice(classes === 2 ? 1 : 0),
    facts: () => (state.settings.facts as [string, string][] | undefined) ?? [],
  };
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
