import type { Kind } from "../kind.ts";
import { restoreLinear } from "../linear.ts";
import { ordinalHead } from "../ordinal-head.ts";
import { penaltyC } from "../strength.ts";
import { penalisedFit } from "./penalised.ts";

/**
 * Proportional odds (McCullagh 1980, "Regression models for ordinal data"): one direction and a threshold between each class and
 * the next, p(y ≤ k) = σ(θₖ − w · x). Penalty and choice of C as for logistic regression; thresholds are not penalised.
 */
export const ordinal: Kind = {
  id: "ordinal",
  targets: ["ordered"],
  reads: "row",
  penalty: penaltyC,
  fit(inputs, target, options) {
    if (target.type !== "ordered")
      throw new RangeError(
        "An ordinal probe tells classes that have an order: say which order they have, or choose logistic.",
      );
    return penalisedFit("ordinal", inputs, target, options, (classes) => ({
      head: ordinalHead(classes),
      link: "ordinal",
    }));
  },
  restore: restoreLinear,
};
