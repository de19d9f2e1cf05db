import type { Kind } from "../kind.ts";
import { restoreLinear } from "../linear.ts";
import { meanScorer, meansOf } from "../means.ts";
import { scoredFit } from "../scored.ts";
import { checkStrength, shrinkage } from "../strength.ts";
import { withinOf } from "../within.ts";

const usual = [1e-4, 1e-3, 1e-2, 0.1, 0.3, 0.6, 0.9];

/**
 * Linear discriminant analysis (Fisher 1936; with shrinkage as scikit-learn's `LinearDiscriminantAnalysis(solver="lsqr",
 * shrinkage=penalty)` on standardised columns): scores xᵀΣ⁻¹μₖ − ½ μₖᵀΣ⁻¹μₖ + log πₖ. Without a penalty the shrinkage is the best of
 * seven by log-loss on held-out folds. Shrinkage makes its posteriors too sure or too unsure, so they are calibrated there.
 */
export const lda: Kind = {
  id: "lda",
  targets: ["classes", "ordered"],
  reads: "row",
  penalty: shrinkage,
  fit(inputs, target, options) {
    checkStrength(options.penalty, shrinkage);
    return scoredFit("lda", inputs, target, options, {
      scorers(x) {
        const within = withinOf(x);
        return (rows, labels, classes) => {
          const own = meansOf(x, rows, labels, classes);
          const { inverse, variance } = within(rows, labels, own);
          const priors = Float64Array.from(own.counts, (it) => Math.log(it / rows.length));
          return (s) => meanScorer(own.means, classes, inverse(s * variance, 1 - s), priors);
        };
      },
      standardise: true,
      strength: "shrinkage",
      strengths: options.penalty === undefined ? usual : [options.penalty],
    });
  },
  restore: restoreLinear,
};
