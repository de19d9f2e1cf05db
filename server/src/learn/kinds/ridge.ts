import { checkedTarget, checkRows } from "../checks.ts";
import type { Inputs, Matrix } from "../data.ts";
import { foldsOf, partOf } from "../folds.ts";
import type { Fit, FitOptions, Kind, PenaltyRange } from "../kind.ts";
import { leaveOneOutErrors } from "../leave-one-out.ts";
import { linearFit, restoreLinear } from "../linear.ts";
import { meansOf } from "../means.ts";
import { allRows, gather, project } from "../products.ts";
import { type Scorer, scoredFit } from "../scored.ts";
import { scalingOf, standardised, unstandardised } from "../standardise.ts";
import { checkStrength, strengthFacts } from "../strength.ts";
import { withinOf } from "../within.ts";

const penalty: PenaltyRange = { name: "α" };
/** α from 1e-2 to 1e6: from hardly any to more than the rows of most data. */
const usual = Array.from({ length: 9 }, (_, i) => 10 ** (i - 2));

/**
 * Ridge regression (Hoerl & Kennard 1970) on standardised columns: min ‖y − x w − b‖² + α ‖w‖², as scikit-learn's `Ridge(alpha=penalty)`; of
 * classes as `RidgeClassifier`, on targets ±1, each class against the others where there are more than two. Without a penalty α
 * is the best of nine by the squared error on each example told by all others, as `RidgeCV` and `RidgeClassifierCV` without `cv` choose
 * it; where groups stay together or that takes longer, on held-out folds: by squared error, of classes by log-loss of the calibrated
 * scores.
 */
export const ridge: Kind = {
  id: "ridge",
  targets: ["number", "classes", "ordered"],
  reads: "row",
  penalty,
  fit(inputs, target, options) {
    checkStrength(options.penalty, penalty);
    if (target.type === "number")
      return numberFit(inputs, checkedTarget(inputs, target, ["number"], "ridge").values, options);
    return scoredFit("ridge", inputs, target, options, {
      scorers(x) {
        const within = withinOf(x);
        return (rows, labels, classes) =>
          solverOf(x, within, rows, signsOf(rows, labels, classes), outputsOf(classes));
      },
      standardise: true,
      strength: "α",
      strengths: options.penalty === undefined ? usual : [options.penalty],
      ahead: (x, labels, classes) =>
        options.penalty === undefined && isOneByOne(x, options)
          ? {
              best: bestOneByOne(x, signsOf(allRows(x.rows), labels, classes), outputsOf(classes)),
              by: oneByOne,
            }
          : null,
    });
  },
  restore: restoreLinear,
};

const outputsOf = (classes: number): number => (classes === 2 ? 1 : classes);

/** `[rows · outputs]` 1 for the class of an output (of two the second), −1 for any other. */
function signsOf(rows: Int32Array, labels: Int32Array, classes: number): Float64Array {
  const outputs = outputsOf(classes);
  return Float64Array.from({ length: rows.length * outputs }, (_, i) => {
    const wanted = outputs === 1 ? 1 : i % outputs;
    return labels[rows[Math.floor(i / outputs)]] === wanted ? 1 : -1;
  });
}

const oneByOne = "leave-one-out (squared error)";
/** Rows or columns, whichever are fewer, beyond which folds are quicker. */
const widest = 1024;

/** Whether α is chosen by each example told by all others: groups would be told by their own, and folds that are asked for are meant. */
const isOneByOne = (x: Matrix, { groups, folds }: FitOptions): boolean =>
  !groups && folds === undefined && x.rows > 2 && Math.min(x.rows, x.columns) <= widest;

/** Index of the α with the least error. */
function bestOneByOne(x: Matrix, y: Float64Array, outputs: number): number {
  const errors = leaveOneOutErrors(x, y, outputs, usual);
  return errors.indexOf(Math.min(...errors));
}

/** Least squares on some rows, for any α. @param y `[rows · outputs]` */
function solverOf(
  x: Matrix,
  within: ReturnType<typeof withinOf>,
  rows: Int32Array,
  y: Float64Array,
  outputs: number,
): (alpha: number) => Scorer {
  const [n, d] = [rows.length, x.columns];
  const asOne = new Int32Array(x.rows);
  const mean = meansOf(x, rows, asOne, 1);
  const meanY = new Float64Array(outputs);
  y.forEach((it, i) => {
    meanY[i % outputs] += it / n;
  });
  const cross = new Float64Array(outputs * d);
  const rest = y.map((it, i) => it - meanY[i % outputs]);
  gather(x, rows, rest, outputs, cross);
  const { inverse: inverses } = within(rows, asOne, mean);
  return (alpha) => {
    const w = Float64Array.from(cross);
    const inverse = inverses(alpha, n);
    for (let o = 0; o < outputs; o++) inverse(w, o * d);
    const b = meanY.map((it, o) => {
      let sum = it;
      for (let j = 0; j < d; j++) sum -= w[o * d + j] * mean.means[j];
      return sum;
    });
    return { w, b };
  };
}

function numberFit({ x: raw }: Inputs, values: Float64Array, options: FitOptions): Fit {
  checkRows(raw);
  const scaling = scalingOf(raw);
  const x = standardised(raw, scaling);
  const within = withinOf(x);
  const { alpha, facts } = chooseAlpha(x, within, values, options);
  const { w, b } = solverOf(x, within, allRows(x.rows), values, 1)(alpha);
  const { weight, bias } = unstandardised(w, b, scaling);
  return linearFit({
    kind: "ridge",
    link: "number",
    columns: x.columns,
    weight,
    bias,
    classes: 1,
    present: [0],
    facts,
    penalty: alpha,
  });
}

function chooseAlpha(
  x: Matrix,
  within: ReturnType<typeof withinOf>,
  values: Float64Array,
  options: FitOptions,
): { alpha: number; facts: [string, string][] } {
  if (options.penalty !== undefined)
    return { alpha: options.penalty, facts: strengthFacts("α", options.penalty, undefined) };
  if (isOneByOne(x, options)) {
    const alpha = usual[bestOneByOne(x, values, 1)];
    return { alpha, facts: strengthFacts("α", alpha, { by: oneByOne }) };
  }
  const folds = foldsOf(new Int32Array(x.rows), options);
  if (folds.count < 2) throw new RangeError("One example is not enough to learn a number from: give more.");
  const errors = new Float64Array(usual.length);
  for (let fold = 0; fold < folds.count; fold++) {
    const { inside: test, outside: train } = partOf(folds.of, fold);
    const own = Float64Array.from(train, (r) => values[r]);
    const at = solverOf(x, within, train, own, 1);
    usual.forEach((alpha, i) => {
      const { w, b } = at(alpha);
      const z = new Float64Array(test.length);
      project(x, test, w, 1, z);
      for (let t = 0; t < test.length; t++)
        errors[i] += (z[t] + b[0] - values[test[t]]) ** 2 / test.length / folds.count;
    });
  }
  const alpha = usual[errors.indexOf(Math.min(...errors))];
  return { alpha, facts: strengthFacts("α", alpha, { folds, by: "squared error" }) };
}
