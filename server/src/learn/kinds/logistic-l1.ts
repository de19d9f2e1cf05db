import { checkedClasses } from "../classes.ts";
import type { Matrix } from "../data.ts";
import { type Folds, partOf } from "../folds.ts";
import { binaryHead, oneVersusRest, probabilitiesOf } from "../heads.ts";
import type { Kind, KindId } from "../kind.ts";
import { columnsOf, fitSparse, type Sparse } from "../l1.ts";
import { linearFit, restoreLinear } from "../linear.ts";
import { logLoss } from "../metrics/probabilities.ts";
import { usualPenalties } from "../penalty-path.ts";
import { allRows, project } from "../products.ts";
import { scalingOf, standardised, unstandardised } from "../standardise.ts";
import { checkStrength, penaltyC, strengthC } from "../strength.ts";

const whileChoosing = { tolerance: 1e-4, maxIterations: 30 };
const toTheEnd = { tolerance: 1e-8, maxIterations: 200 };

/**
 * Logistic regression with an L1 penalty, which names the few columns that count. The same minimum as scikit-learn's
 * `make_pipeline(StandardScaler(), LogisticRegression(l1_ratio=1, C=penalty, solver="saga"))`, ‖w‖₁ + C Σ loss, the intercept free; of
 * more than two classes each against the others. Without a penalty C is the best of ten by log-loss.
 */
const l1Kind = (id: KindId): Kind => ({
  id,
  targets: ["classes", "ordered"],
  reads: "row",
  penalty: penaltyC,
  fit(inputs, target, options) {
    checkStrength(options.penalty, penaltyC);
    const { present, labels, classes } = checkedClasses(inputs, target, id);
    const scaling = scalingOf(inputs.x);
    const x = standardised(inputs.x, scaling);
    const { penalty, facts } = strengthC(options, labels, (folds) =>
      choose(x, labels, present.length, folds),
    );
    const all = allRows(x.rows);
    const fitted = path(x, all, labels, present.length, [penalty], toTheEnd)[0];
    const kept = Array.from({ length: x.columns }, (_, j) => j).filter((j) =>
      fitted.b.some((_, o) => fitted.w[o * x.columns + j] !== 0),
    );
    facts.push(["columns kept", `${kept.length} of ${x.columns}`]);
    if (!fitted.converged) facts.push(["not converged", "the classes may be separable"]);
    return linearFit({
      kind: id,
      link: present.length === 2 ? "binary" : "one-vs-rest",
      columns: x.columns,
      ...unstandardised(fitted.w, fitted.b, scaling),
      classes,
      present,
      facts,
      penalty,
    });
  },
  restore: restoreLinear,
});

/**
 * Probe of attention patterns (SAT probe, “Attention satisfies”, Yuksekgonul et al. 2024): a column a head of a layer, how much it
 * attends to what matters.
 */
export const attentionPattern = l1Kind("attention-pattern");

/**
 * Probe of where heads look (“What does BERT look at?”, Clark et al. 2019): seven columns a head of a layer, the shares of its attention
 * that go to the first and to other special tokens, to the current, previous and next one, its entropy and its mean distance.
 */
export const attentionStatistics = l1Kind("attention-statistics");

interface Several {
  readonly w: Float64Array;
  readonly b: Float64Array;
  readonly converged: boolean;
}

/** Fits at some strengths, the strongest penalty first, each from where the one before ended. */
function path(
  x: Matrix,
  rows: Int32Array,
  labels: Int32Array,
  classes: number,
  penalties: readonly number[],
  options: { tolerance: number; maxIterations: number },
): Several[] {
  const columns = columnsOf(x, rows);
  const wanted = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const own = wanted.map((k) => Array.from(rows, (r) => (labels[r] === k ? 1 : 0)));
  let last: Sparse[] = wanted.map(() => ({ w: new Float64Array(x.columns), b: 0, converged: true }));
  return penalties.map((penalty) => {
    last = last.map((from, o) => fitSparse(columns, own[o], 1 / (penalty * rows.length), from, options));
    return {
      w: Float64Array.from(last.flatMap(({ w }) => Array.from(w))),
      b: Float64Array.from(last, ({ b }) => b),
      converged: last.every(({ converged }) => converged),
    };
  });
}

function choose(x: Matrix, labels: Int32Array, classes: number, folds: Folds): number {
  const losses = new Float64Array(usualPenalties.length);
  const head = classes === 2 ? binaryHead : oneVersusRest(classes);
  for (let fold = 0; fold < folds.count; fold++) {
    const { inside, outside } = partOf(folds.of, fold);
    const is = inside.map((i) => labels[i]);
    path(x, outside, labels, classes, usualPenalties, whileChoosing).forEach(({ w, b }, i) => {
      const z = new Float64Array(inside.length * b.length);
      project(x, inside, w, b.length, z);
      losses[i] += (logLoss(probabilitiesOf(head, z, b), is, classes) ?? 0) / folds.count;
    });
  }
  return usualPenalties[losses.indexOf(Math.min(...losses))];
}
