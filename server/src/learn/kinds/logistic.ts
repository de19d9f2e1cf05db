import { binaryHead, softmaxHead } from "../heads.ts";
import type { Kind } from "../kind.ts";
import { restoreLinear } from "../linear.ts";
import { penaltyC } from "../strength.ts";
import { penalisedFit } from "./penalised.ts";

/**
 * Logistic regression (Alain & Bengio 2016 as a probe; Cox 1958), of several classes by softmax. The same minimum as
 * scikit-learn's `make_pipeline(StandardScaler(), LogisticRegression(C=penalty))`; without a penalty C is the best of ten, by log-loss
 * on folds that keep the share of classes, as `LogisticRegressionCV(scoring="neg_log_loss")`.
 */
export const logistic: Kind = {
  id: "logistic",
  targets: ["classes", "ordered"],
  reads: "row",
  penalty: penaltyC,
  fit: (inputs, target, options) => penalisedFit("logistic", inputs, target, options, logisticHead),
  restore: restoreLinear,
};

/** Of two classes one weight vector, of more one each. */
export const logisticHead = (classes: number) =>
  classes === 2
    ? { head: binaryHead, link: "binary" as const }
    : { head: softmaxHead(classes), link: "softmax" as const };
