import type { Figure, ProbeFigures } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { alone, type Units } from "../units.ts";
import { balancedAccuracy, confusion, f1, hits, mostLikely } from "./classes.ts";
import { bootstrapped, mean } from "./intervals.ts";
import { meanAbsoluteError, r2, spearman } from "./numbers.ts";
import { brier, calibrationError, logLoss, reliability } from "./probabilities.ts";
import { macroAuc } from "./ranking.ts";
import { shareOfUnits } from "./unit-intervals.ts";

/** What is said of predictions besides their leading figure. */
export type Figures = Omit<ProbeFigures, "leading" | "measure" | "abstention">;

const none: Figures = {
  ...{ balancedAccuracy: null, auc: null, logLoss: null, brier: null, calibrationError: null },
  ...{ reliability: [], f1: [], confusion: [], r2: null, meanAbsoluteError: null },
};

/**
 * All that is said of predictions of classes, or of numbers; null (or empty) where the examples do not tell, and what the other
 * kind of target has.
 * @param predictions `[examples · classes]` probabilities, or `[examples]` numbers
 */
export function figuresOf(predictions: Float64Array, target: Target): Figures {
  if (target.type === "number") {
    const { values } = target;
    return {
      ...none,
      r2: r2(predictions, values),
      meanAbsoluteError: meanAbsoluteError(predictions, values),
    };
  }
  const { labels, names } = target;
  const classes = names.length;
  const counts = confusion(mostLikely(predictions, classes), labels, classes);
  const points = reliability(predictions, labels, classes);
  return {
    ...none,
    balancedAccuracy: balancedAccuracy(counts),
    auc: macroAuc(predictions, labels, classes),
    logLoss: logLoss(predictions, labels, classes),
    brier: brier(predictions, labels, classes),
    calibrationError: calibrationError(points),
    reliability: points,
    f1: f1(counts),
    confusion: counts,
  };
}

/** What {@link leadingValue} is called. */
export function leadingName(type: Target["type"]): "accuracy" | "rank correlation" {
  return type === "number" ? "rank correlation" : "accuracy";
}

/**
 * The one figure that controls compare: accuracy of classes, Spearman's correlation (0 where nothing is told apart) of numbers.
 * @param predictions of at least one example
 */
export function leadingValue(predictions: Float64Array, target: Target): number {
  if (target.type === "number") return spearman(predictions, target.values) ?? 0;
  const right = hits(mostLikely(predictions, target.names.length), target.labels);
  return right.reduce((a, b) => a + b, 0) / right.length;
}

/**
 * {@link leadingValue} with its 95 % interval: of an accuracy by {@link shareOfUnits}, of a correlation by drawing whole units anew.
 * @param units of the examples told
 */
export function leadingFigure(predictions: Float64Array, target: Target, units: Units = alone): Figure {
  return leadingOfRuns([predictions], target, units);
}

/** The same of the mean over runs that told the same examples; the interval is that of the examples. */
export function leadingOfRuns(runs: readonly Float64Array[], target: Target, units: Units = alone): Figure {
  if (target.type !== "number") {
    const right = runs.map((it) => hits(mostLikely(it, target.names.length), target.labels));
    return shareOfUnits(
      Float64Array.from(target.labels, (_, i) => mean(right.map((it) => it[i]))),
      units,
    );
  }
  const pick = (run: Float64Array, examples: Int32Array) => Float64Array.from(examples, (i) => run[i]);
  return bootstrapped(
    target.values.length,
    (examples) => {
      const is = takeTarget(target, examples);
      return mean(runs.map((it) => leadingValue(pick(it, examples), is)));
    },
    0,
    units.units,
  )!;
}
