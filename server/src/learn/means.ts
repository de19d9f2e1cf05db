import { countsOf } from "./classes.ts";
import type { Matrix } from "./data.ts";
import { gather } from "./products.ts";

/** Means of the rows of each class, and how many there are. */
export interface Means {
  /** `[classes · columns]` */
  readonly means: Float64Array;
  /** `[classes]` */
  readonly counts: Int32Array;
}

export function meansOf(x: Matrix, rows: Int32Array, labels: Int32Array, classes: number): Means {
  const own = rows.map((r) => labels[r]);
  const counts = countsOf(own, classes);
  const shares = new Float64Array(rows.length * classes);
  own.forEach((k, i) => {
    shares[i * classes + k] = 1 / counts[k];
  });
  const means = new Float64Array(classes * x.columns);
  gather(x, rows, shares, classes, means);
  return { means, counts };
}

/**
 * Scores by the means of classes: of two classes (μ₁ − μ₀)ᵀ M x, 0 at the midpoint; of more μₖᵀ M x − ½ μₖᵀ M μₖ, which is the nearest
 * mean, both less their average over classes. `offsets` `[classes]` are added to the scores.
 * @param m multiplies a mean `[columns]` by M, in place
 */
export function meanScorer(
  means: Float64Array,
  classes: number,
  m: (vector: Float64Array, at: number) => void,
  offsets?: ArrayLike<number>,
): { w: Float64Array; b: Float64Array } {
  const d = means.length / classes;
  const w = Float64Array.from(means);
  // About their average, which changes no difference of scores and keeps small what is large in all classes.
  for (let j = 0; j < d; j++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += means[k * d + j];
    for (let k = 0; k < classes; k++) w[k * d + j] -= sum / classes;
  }
  const centred = Float64Array.from(w);
  for (let k = 0; k < classes; k++) m(w, k * d);
  const b = Float64Array.from({ length: classes }, (_, k) => {
    let sum = offsets?.[k] ?? 0;
    for (let j = 0; j < d; j++) {
      const average = means[k * d + j] - centred[k * d + j];
      sum -= w[k * d + j] * (average + centred[k * d + j] / 2);
    }
    return sum;
  });
  if (classes > 2) return { w, b };
  return { w: w.subarray(d).map((it, j) => it - w[j]), b: Float64Array.of(b[1] - b[0]) };
}
