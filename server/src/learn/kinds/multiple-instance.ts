import { checkedTarget, checkRows, checkWidth } from "../checks.ts";
import { countOf, type Inputs, type Target, takeInputs } from "../data.ts";
import { equalFolds, partOf } from "../folds.ts";
import { binaryHead } from "../heads.ts";
import { asTold, calibrationOf, recalibrated } from "../held-out-calibration.ts";
import { keptFacts, keptScaling, keptTensor, scalingTensors } from "../kept.ts";
import type { Fit, FitOptions, FitState, Kind, PenaltyRange } from "../kind.ts";
import { conformalFigures, conformalSet, nonconformity } from "../metrics/conformal.ts";
import { inversesOf } from "../preconditioner.ts";
import { scalingOf, standardised } from "../standardise.ts";
import { checkStrength } from "../strength.ts";
import { bagScores, bagsOf, carriesOf, checkBags, combine, combined, rowScores } from "./bag-scores.ts";
import { bagSeparator } from "./bag-separator.ts";

const ALPHA = 0.1;
const PENALTY = 0.01;
const range: PenaltyRange = { name: "of ‖w‖²/2" };
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

export const mayAbstain = (fit: Fit): fit is ConformalFit => "sets" in fit;

/**
 * Three-way probe with abstention after sAwMIL (G. Savcisens and T. Eliassi-Rad 2025, “The trilemma of truth in large language
 * models”): one-against-all linear separators from bags of standardised tokens, of which only the last quarter (two at least)
 * may carry the class; a bag's score is its tokens' largest. A balanced multinomial logistic regression combines the scores of
 * all classes, and split conformal sets with the margin of probabilities say what cannot be ruled out at level alpha. A quarter
 * of the examples is held back for that. As in the paper but for logistic loss in place of the hinge.
 *
 * The combiner reads scores of the bags that the separators learnt from, and takes classes for equally frequent, so what is told is
 * calibrated on that quarter too. Sets rest on the combiner's own margins, which the quarter had no part in: their
 * coverage is that of split conformal prediction.
 */
export const multipleInstance: Kind<ConformalFit> = {
  id: "multiple-instance",
  targets: ["classes"],
  reads: "rows",
  penalty: range,
  fit: (inputs, given, options) => {
    const target = checkedTarget(inputs, given, ["classes"], "multiple-instance");
    const n = countOf(inputs);
    if (n < PARTS)
      throw new RangeError(`${n} examples are too few for a probe that holds a quarter back: give more.`);
    const groups = options.groups && new Set(options.groups).size >= PARTS ? options.groups : undefined;
    const { labels } = target;
    const { inside, outside } = partOf(equalFolds(n, PARTS, options.seed, { groups, labels }), 0);
    const { state, predict } = fitBags(inputs, target, outside, inside, options);
    const is = inside.map((i) => labels[i]);
    const { a, b } = calibrationOf(predict(takeInputs(inputs, inside)), is, target.names.length);
    const way = target.names.length === 2 ? "Platt scaling" : "temperature";
    const on: [string, string] = ["calibration", `${way} on the examples held back`];
    return made({
      ...state,
      tensors: { ...state.tensors, probabilities: { shape: [2], values: Float32Array.of(a, b) } },
      settings: { ...state.settings, facts: [...keptFacts(state), on] },
    });
  },
  restore: (state) => {
    const [classes, columns] = state.tensors.separators?.shape ?? [0, 0];
    keptTensor(state, "separators", [classes, columns]);
    keptTensor(state, "combiner", [null]);
    keptTensor(state, "scales", [2, classes]);
    keptTensor(state, "calibration", [null]);
    keptTensor(state, "probabilities", [2]);
    return made(state);
  },
};

/**
 * The probe before its probabilities are calibrated, with what is learnt from and what is held back for the sets given by their
 * numbers.
 * @throws RangeError where a class is missing, or too few are held back for any class to be ruled out
 */
export function fitBags(
  inputs: Inputs,
  target: Extract<Target, { type: "classes" }>,
  learnt: Int32Array,
  heldBack: Int32Array,
  options: Pick<FitOptions, "alpha" | "penalty">,
): ConformalFit {
  checkStrength(options.penalty, range);
  checkRows(inputs.x);
  checkBags(bagsOf(inputs));
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
  const wide = own.x.columns + 1;
  const scaling = scalingOf(own.x);
  const starts = bagsOf(own);
  const bags = { x: standardised(own.x, scaling), starts, carries: carriesOf(starts) };
  const penalty = options.penalty ?? PENALTY;
  const inverse = inversesOf(bags.x)(penalty, binaryHead.curvature);
  const separators = new Float32Array(classes * wide);
  for (let k = 0; k < classes; k++) {
    const inClass = labels.map((it) => (it === k ? 1 : 0));
    separators.set(bagSeparator(bags, inClass, penalty, inverse), k * wide);
  }
  const scores = bagScores(rowScores(bags.x, separators, classes), starts, classes);
  const byClass = scalingOf(scores);
  const combiner = combine(scores, byClass, labels, classes);
  const kept = (values: Float32Array, ...shape: number[]) => ({ shape, values });
  const state = (calibration: Float32Array, facts: [string, string][]): FitState => ({
    kind: "multiple-instance",
    tensors: {
      separators: kept(separators, classes, wide),
      ...scalingTensors(scaling),
      scales: kept(Float32Array.from([...byClass.mean, ...byClass.scale]), 2, classes),
      combiner: kept(combiner, combiner.length),
      calibration: kept(calibration, calibration.length),
      probabilities: kept(Float32Array.of(asTold.a, asTold.b), 2),
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
  const { separators, scales, combiner, calibration, probabilities } = state.tensors;
  const [a, b] = probabilities.values;
  const [classes, wide] = separators.shape;
  const alpha = Number(state.settings.alpha ?? ALPHA);
  const tokens = keptScaling(state, wide - 1);
  const perClass = Float64Array.from(scales.values);
  const byClass = { mean: perClass.subarray(0, classes), scale: perClass.subarray(classes) };
  const rowScoresOf = (inputs: Inputs) => {
    checkWidth(inputs.x, wide - 1);
    return rowScores(standardised(inputs.x, tokens), separators.values, classes);
  };
  const combinedOf = (inputs: Inputs) => {
    const starts = bagsOf(inputs);
    checkBags(starts);
    return combined(bagScores(rowScoresOf(inputs), starts, classes), byClass, combiner.values);
  };
  return {
    state,
    alpha,
    outputs: classes,
    predict: (inputs) => recalibrated(combinedOf(inputs), classes, { a, b }),
    sets: (inputs) => {
      const all = combinedOf(inputs);
      return Array.from({ length: countOf(inputs) }, (_, i) =>
        conformalSet(all.subarray(i * classes, (i + 1) * classes), calibration.values, alpha),
      );
    },
    tokenScores: rowScoresOf,
    directions: () =>
      Array.from({ length: classes }, (_, k) => {
        const separator = separators.values.subarray(k * wide, (k + 1) * wide);
        const vector = Float32Array.from(tokens.scale, (it, c) => separator[c] / it);
        const bias = tokens.mean.reduce((sum, it, c) => sum - it * vector[c], separator[wide - 1]);
        return { output: k, vector, bias };
      }).slice(classes === 2 ? 1 : 0),
    facts: () => keptFacts(state),
  };
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
