import type { Kind } from "../kind.ts";
import { restoreLinear } from "../linear.ts";
import { meanScorer, meansOf } from "../means.ts";
import { scoredFit } from "../scored.ts";
import { checkStrength, shrinkage } from "../strength.ts";
import { withinOf } from "../within.ts";

/** Enough for columns that never change, and for more columns than rows. */
const [usual, forFewRows] = [1e-4, 1e-2];

/**
 * Mass-mean probe for data of the same distribution (Marks & Tegmark 2023): θ = Σ⁻¹ (μ₁ − μ₀), Σ the covariance within classes, 0 at
 * the midpoint; of more classes the nearest mean by Σ⁻¹. Columns are standardised, and Σ becomes (1 − s) Σ + s tr(Σ)/d I with the
 * penalty as s: 1e-4 where absent, 1e-2 with fewer than two rows a column. Probabilities by calibration on held-out folds.
 */
export const massMeanWhitened: Kind = {
  id: "mass-mean-whitened",
  targets: ["classes", "ordered"],
  reads: "row",
  penalty: shrinkage,
  fit(inputs, target, options) {
    checkStrength(options.penalty, shrinkage);
    const few = inputs.x.rows < 2 * inputs.x.columns;
    return scoredFit("mass-mean-whitened", inputs, target, options, {
      scorers(x) {
        const within = withinOf(x);
        return (rows, labels, classes) => {
          const own = meansOf(x, rows, labels, classes);
          const { inverse, variance } = within(rows, labels, own);
          return (s) => meanScorer(own.means, classes, inverse(s * variance, 1 - s));
        };
      },
      standardise: true,
      strength: "shrinkage",
      strengths: [options.penalty ?? (few ? forFewRows : usual)],
    });
  },
  restore: restoreLinear,
};
