import { checkRows, checkTarget } from "../checks.ts";
import { presentClasses } from "../classes.ts";
import type { Inputs, Matrix, Target } from "../data.ts";
import { type Folds, foldsOf } from "../folds.ts";
import type { Head } from "../heads.ts";
import type { Fit, FitOptions, KindId } from "../kind.ts";
import { type Link, linearFit } from "../linear.ts";
import { choosePenalty, fitAt } from "../penalty-path.ts";
import { inversesOf } from "../preconditioner.ts";
import { allRows } from "../products.ts";
import { scalingOf, standardised, unstandardised } from "../standardise.ts";
import { checkStrength, strengthFacts } from "../strength.ts";

/** Where classes have too few examples to hold any out. */
const untested = 1;

/**
 * What logistic kinds share: columns standardised, ½‖w‖² + C Σ loss, intercepts (or thresholds) without penalty; C as given, or by
 * log-loss over folds.
 * @param target classes or an order
 * @param of how many classes have examples → what is learnt and how it is told
 */
export function penalisedFit(
  kind: KindId,
  inputs: Inputs,
  target: Target,
  options: FitOptions,
  of: (classes: number) => { head: Head; link: Link },
  reads?: { columns: readonly number[]; x: Matrix; facts: [string, string][] },
): Fit {
  if (target.type === "number") throw new RangeError(`A ${kind} probe tells no number.`);
  checkTarget(inputs, target, [target.type], kind);
  checkStrength(options.penalty, "C");
  const { present, labels, classes } = presentClasses(target);
  const raw = reads?.x ?? inputs.x;
  checkRows(raw);
  const scaling = scalingOf(raw);
  const x = standardised(raw, scaling);
  const { head, link } = of(present.length);
  const problem = { x, rows: allRows(x.rows), labels, head };
  const inverses = inversesOf(x);
  const facts: [string, string][] = [...(reads?.facts ?? [])];
  let penalty = options.penalty ?? untested;
  if (options.penalty !== undefined) facts.push(...strengthFacts("C", penalty, undefined));
  else {
    const folds: Folds = foldsOf(labels, options);
    if (folds.count < 2) facts.push(["penalty", `C ${untested}, not chosen: a class has one example only`]);
    else {
      penalty = choosePenalty(problem, folds, inverses).penalty;
      facts.push(...strengthFacts("C", penalty, { folds, by: "log-loss" }));
    }
  }
  const { point, iterations, converged } = fitAt(problem, penalty, inverses);
  if (!converged)
    facts.push(["not converged", `stopped after ${iterations} steps; the classes may be separable`]);
  const free = point.subarray(head.outputs * x.columns);
  const ordered = link === "ordinal";
  const { weight, bias } = unstandardised(point, ordered ? [0] : free, scaling);
  return linearFit({
    kind,
    link,
    columns: inputs.x.columns,
    reads: reads?.columns,
    weight,
    bias: ordered ? Float32Array.from(free, (it) => it - bias[0]) : bias,
    classes,
    present,
    facts,
    penalty,
  });
}
