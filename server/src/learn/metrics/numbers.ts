import { mean } from "./intervals.ts";
import { ranksOf } from "./ranking.ts";

/** Figures of numbers told against numbers that are, both `[examples]`. */

/** Share of the variance told; null where the numbers are all the same. */
export function r2(told: ArrayLike<number>, values: ArrayLike<number>): number | null {
  const middle = mean(values);
  let [rest, all] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    rest += (values[i] - told[i]) ** 2;
    all += (values[i] - middle) ** 2;
  }
  return all === 0 ? null : 1 - rest / all;
}

/** Correlation of ranks (C. Spearman 1904), ties sharing theirs; null where one side is all the same. */
export function spearman(told: ArrayLike<number>, values: ArrayLike<number>): number | null {
  const [a, b] = [ranksOf(told), ranksOf(values)];
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ownA, ownB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    ownA += (a[i] - meanA) ** 2;
    ownB += (b[i] - meanB) ** 2;
  }
  return ownA === 0 || ownB === 0 ? null : both / Math.sqrt(ownA * ownB);
}

/** Mean absolute error; null of none. */
export function meanAbsoluteError(told: ArrayLike<number>, values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  return mean(Float64Array.from({ length: values.length }, (_, i) => Math.abs(told[i] - values[i])));
}
