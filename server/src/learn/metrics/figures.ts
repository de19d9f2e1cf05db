import type { Figure, ProbeFigures } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { balancedAccuracy, confusion, f1, hits, mostLikely } from "./classes.ts";
import { bootstrapped, shareOf } from "./intervals.ts";
import { meanAbsoluteError, r2, spearman } from "./numbers.ts";
import { brier, calibrationError, logLoss, reliability } from "./probabilities.ts";
import { macroAuc } from "./ranking.ts";

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

/** {@link leadingValue} with its 95 % interval: Wilson's of an accuracy, bootstrapped of a correlation. */
export function leadingFigure(predictions: Float64Array, target: Target): Figure {
  if (target.type !== "number")
    return shareOf(hits(mostLikely(predictions, target.names.length), target.labels));
  const pick = (examples: Int32Array) => Float64Array.from(examples, (i) => predictions[i]);
  return bootstrapped(
    target.values.length,
    (examples) => leadingValue(pick(examples), takeTarget(target, examples)),
    0,
  )!;
}
