import type { Matrix, Target } from "../../../server/src/learn/data.ts";
import type { Fit, FitOptions, KindId } from "../../../server/src/learn/kind.ts";
import { kindOf } from "../../../server/src/learn/kinds/index.ts";
import { randomOf } from "../../../server/src/learn/random.ts";

/** Rows out of a generator, those of class k moved along column k by `apart`. */
export function rowsOf(labels: ArrayLike<number>, columns: number, apart: number, seed = 1): Matrix {
  const random = randomOf(seed);
  const values = Float32Array.from({ length: labels.length * columns }, (_, i) => {
    const noise = random() + random() + random() - 1.5;
    return noise + (i % columns === labels[Math.floor(i / columns)] ? apart : 0);
  });
  return { rows: labels.length, columns, values };
}

/** 0, 1, …, classes − 1, 0, 1, … */
export const inTurn = (rows: number, classes: number) =>
  Int32Array.from({ length: rows }, (_, i) => i % classes);

export const classesOf = (labels: Int32Array, type: "classes" | "ordered" = "classes"): Target => ({
  type,
  names: Array.from({ length: Math.max(...labels) + 1 }, (_, k) => `class ${k}`),
  labels,
});

export const train = (id: KindId, x: Matrix, target: Target, options: Partial<FitOptions> = {}): Fit => {
  const { fit: learn } = kindOf(id);
  return learn({ x }, target, { seed: 1, ...options });
};

/** Share of the rows for which the likeliest class is theirs. */
export function accuracyOf(p: Float64Array, labels: Int32Array): number {
  const classes = p.length / labels.length;
  let right = 0;
  labels.forEach((label, i) => {
    const own = p.subarray(i * classes, (i + 1) * classes);
    if (own.indexOf(Math.max(...own)) === label) right++;
  });
  return right / labels.length;
}
