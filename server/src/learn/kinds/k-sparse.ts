import { checkedClasses } from "../classes.ts";
import type { Matrix } from "../data.ts";
import type { Kind } from "../kind.ts";
import { restoreLinear, takeColumns } from "../linear.ts";
import { penaltyC } from "../strength.ts";
import { logisticHead } from "./logistic.ts";
import { penalisedFit } from "./penalised.ts";

const usualCount = 16;

/**
 * k-sparse probing (Gurnee et al. 2023; SAEBench, Karvonen et al. 2025): columns are activations of latents; those k whose means
 * differ most between a class and all others are kept, and logistic regression reads these alone. Of several classes each chooses
 * its own k, and the union is read.
 */
export const kSparse: Kind = {
  id: "k-sparse",
  targets: ["classes", "ordered"],
  reads: "row",
  penalty: penaltyC,
  fit(inputs, target, options) {
    const k = options.k ?? usualCount;
    if (!(Number.isInteger(k) && k > 0))
      throw new RangeError(`k is ${options.k}; a k-sparse probe needs a whole number of latents from 1 on.`);
    const { present, labels } = checkedClasses(inputs, target, "k-sparse");
    const columns = strongest(inputs.x, labels, present.length, k);
    const facts: [string, string][] = [["latents", columns.join(", ")]];
    const x = takeColumns(inputs.x, columns);
    return penalisedFit("k-sparse", inputs, target, options, logisticHead, { columns, x, facts });
  },
  restore: restoreLinear,
};

/** Columns with the largest |mean of a class − mean of the others|, strongest first; of more than two classes the union. */
function strongest(
  { rows, columns, values }: Matrix,
  labels: Int32Array,
  classes: number,
  k: number,
): number[] {
  const sums = new Float64Array(classes * columns);
  const counts = new Float64Array(classes);
  const total = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    counts[labels[r]]++;
    for (let j = 0; j < columns; j++) {
      sums[labels[r] * columns + j] += values[r * columns + j];
      total[j] += values[r * columns + j];
    }
  }
  const chosen = new Set<number>();
  // Of two classes the differences are the same but for their sign.
  for (let c = classes === 2 ? 1 : 0; c < classes; c++) {
    const difference = Float64Array.from(total, (sum, j) => {
      const own = sums[c * columns + j];
      return Math.abs(own / counts[c] - (sum - own) / (rows - counts[c]));
    });
    const order = Array.from(difference.keys()).sort((a, b) => difference[b] - difference[a] || a - b);
    for (const column of order.slice(0, k)) chosen.add(column);
  }
  return [...chosen];
}
