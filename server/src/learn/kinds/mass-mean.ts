import type { Kind } from "../kind.ts";
import { restoreLinear } from "../linear.ts";
import { meanScorer, meansOf } from "../means.ts";
import { scoredFit } from "../scored.ts";

/**
 * Mass-mean probe (Marks & Tegmark 2023, "The Geometry of Truth"), the difference in means: θ = μ₁ − μ₀, 0 at the midpoint; of more
 * classes the nearest mean. Rows as they are; probabilities by calibration on held-out folds.
 */
export const massMean: Kind = {
  id: "mass-mean",
  targets: ["classes", "ordered"],
  reads: "row",
  penalty: null,
  fit: (inputs, target, options) =>
    scoredFit("mass-mean", inputs, target, options, {
      scorers: (x) => (rows, labels, classes) => {
        const { means } = meansOf(x, rows, labels, classes);
        return () => meanScorer(means, classes, () => {});
      },
      standardise: false,
      strengths: [0],
    }),
  restore: restoreLinear,
};
