import { checkRows } from "../checks.ts";
import { checkedClasses } from "../classes.ts";
import type { Inputs, Matrix, Target } from "../data.ts";
import type { Head } from "../heads.ts";
import type { Fit, FitOptions, KindId } from "../kind.ts";
import { type Link, linearFit } from "../linear.ts";
import { choosePenalty, fitAt } from "../penalty-path.ts";
import { inversesOf } from "../preconditioner.ts";
import { allRows } from "../products.ts";
import { denseRows } from "../rows.ts";
import { scalingOf, standardised, unstandardised } from "../standardise.ts";
import { checkStrength, penaltyC, strengthC } from "../strength.ts";

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
  checkStrength(options.penalty, penaltyC);
  const { present, labels, classes } = checkedClasses(inputs, target, kind);
  const raw = reads?.x ?? inputs.x;
  if (reads) checkRows(raw);
  const scaling = scalingOf(raw);
  const x = standardised(raw, scaling);
  const { head, link } = of(present.length);
  const problemOf = (examples: Int32Array) => ({
    rows: denseRows(x, examples),
    labels: examples.map((i) => labels[i]),
    head,
  });
  const inverses = inversesOf(x);
  const strength = strengthC(options, labels, (folds) => choosePenalty(problemOf, folds, inverses));
  const { penalty } = strength;
  const facts = [...(reads?.facts ?? []), ...strength.facts];
  const { point, iterations, converged } = fitAt(problemOf(allRows(x.rows)), penalty, inverses);
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
