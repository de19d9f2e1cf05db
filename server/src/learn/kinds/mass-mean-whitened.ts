import type { Kind } from "../kind.ts";
import { restoreLinear } from "../linear.ts";
import { meanScorer, meansOf, withinClasses } from "../means.ts";
import { exactInverses } from "../preconditioner.ts";
import { allRows } from "../products.ts";
import { scoredFit } from "../scored.ts";
import { checkStrength } from "../strength.ts";

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
  fit(inputs, target, options) {
    checkStrength(options.penalty, "shrinkage", { most: 1 });
    const few = inputs.x.rows < 2 * inputs.x.columns;
    return scoredFit("mass-mean-whitened", inputs, target, options, {
      scorers(x, rows, labels, classes) {
        const { means } = meansOf(x, rows, labels, classes);
        const inverse = shrunkInverse(withinClasses(x, rows, labels, means));
        return (shrinkage) => meanScorer(means, classes, inverse(shrinkage));
      },
      standardise: true,
      strength: "shrinkage",
      strengths: [options.penalty ?? (few ? forFewRows : usual)],
    });
  },
  restore: restoreLinear,
};

/** Inverses of the covariance of centred rows, shrunk towards the mean variance: (1 − s) Σ + s tr(Σ)/d I. */
export function shrunkInverse(centred: Parameters<typeof withinClasses>[0]) {
  const inverses = exactInverses(centred, allRows(centred.rows));
  let squares = 0;
  for (const it of centred.values) squares += it * it;
  const variance = squares / centred.values.length;
  return (shrinkage: number) => inverses(shrinkage * variance, 1 - shrinkage);
}
