import { mean } from "./metrics/intervals.ts";
import { sigmoid, softmax } from "./sigmoid.ts";

/** What is to be told of each row: the number of its class, or a number. */
export type Told = Int32Array | Float64Array;

/** What is learnt from: a function of the products of rows with weights. */
export interface RowLoss {
  /** Weight vectors: products a row. */
  readonly outputs: number;
  /** Numbers beside the weights that no penalty falls on: intercepts or thresholds. */
  readonly free: number;
  /** About the second derivative of a row's loss by a product, before anything is learnt. */
  readonly curvature: number;
  /**
   * The sum over rows, NaN where it is not defined; its derivatives into `dz` `[rows · outputs]` and `dfree` `[free]`.
   * @param z `[rows · outputs]`
   */
  at(z: Float64Array, free: Float64Array, dz: Float64Array, dfree: Float64Array): number;
}

/** What becomes of the products of a row with the weights: probabilities, and the loss that is learnt from. */
export interface Head extends Pick<RowLoss, "outputs" | "free" | "curvature"> {
  /** Where learning starts: `[free]` of these labels. */
  start(labels: Told): Float64Array;
  /**
   * The sum over rows of −log p(label), NaN where it is not defined; its derivatives into `dz` `[rows · outputs]` and `dfree`
   * `[free]`.
   * @param weights `[rows]` how much each row counts, 1 where absent
   */
  loss(
    z: Float64Array,
    free: Float64Array,
    labels: Told,
    dz: Float64Array,
    dfree: Float64Array,
    weights?: Float64Array,
  ): number;
  /** How many classes {@link probabilities} are of. */
  readonly classes: number;
  /** Probabilities of row r `[classes]` (of a head of numbers the number itself), into `p`. */
  probabilities(z: Float64Array, r: number, free: ArrayLike<number>, p: Float64Array): void;
}

/** A head's loss of some labelled rows. @param labels `[rows]` @param weights `[rows]` as {@link Head.loss} has them */
export const lossOf = (head: Head, labels: Told, weights?: Float64Array): RowLoss => ({
  outputs: head.outputs,
  free: head.free,
  curvature: head.curvature,
  at: (z, free, dz, dfree) => head.loss(z, free, labels, dz, dfree, weights),
});

/** What of a head tells, without the loss. */
export type Telling = Pick<Head, "outputs" | "classes" | "probabilities">;

/** `[rows · classes]` probabilities of all rows. @param z `[rows · outputs]` */
export function probabilitiesOf(
  { outputs, classes, probabilities }: Telling,
  z: Float64Array,
  free: ArrayLike<number>,
): Float64Array {
  const rows = z.length / outputs;
  const all = new Float64Array(rows * classes);
  for (let r = 0; r < rows; r++) probabilities(z, r, free, all.subarray(r * classes, (r + 1) * classes));
  return all;
}

/** Two classes: p(1) = σ(z + b). */
export const binaryHead: Head = {
  outputs: 1,
  free: 1,
  curvature: 0.25,
  classes: 2,
  start: () => new Float64Array(1),
  loss(z, free, labels, dz, dfree, weights) {
    let [sum, total] = [0, 0];
    const b = free[0];
    for (let r = 0; r < labels.length; r++) {
      // 1 − p(label) and −log p(label) from one exponential.
      const away = labels[r] === 1 ? -z[r] - b : z[r] + b;
      const e = Math.exp(-Math.abs(away));
      const weight = weights ? weights[r] : 1;
      sum += weight * ((away > 0 ? away : 0) + Math.log1p(e));
      const wrong = (weight * (away > 0 ? 1 : e)) / (1 + e);
      dz[r] = labels[r] === 1 ? -wrong : wrong;
      total += dz[r];
    }
    dfree[0] = total;
    return sum;
  },
  probabilities(z, r, free, p) {
    p[1] = sigmoid(z[r] + free[0]);
    p[0] = sigmoid(-z[r] - free[0]);
  },
};

/** Several classes: p(k) ∝ exp(zₖ + bₖ). */
export function softmaxHead(classes: number): Head {
  const p = new Float64Array(classes);
  const head: Head = {
    outputs: classes,
    free: classes,
    curvature: (classes - 1) / classes ** 2,
    classes,
    start: () => new Float64Array(classes),
    loss(z, free, labels, dz, dfree, weights) {
      let sum = 0;
      dfree.fill(0);
      for (let r = 0; r < labels.length; r++) {
        const weight = weights ? weights[r] : 1;
        const at = labels[r];
        sum += weight * (softmax(z, r * classes, p, free) - z[r * classes + at] - free[at]);
        for (let k = 0; k < classes; k++) {
          const slope = weight * (p[k] - (k === at ? 1 : 0));
          dz[r * classes + k] = slope;
          dfree[k] += slope;
        }
      }
      return sum;
    },
    probabilities: (z, r, free, into) => void softmax(z, r * classes, into, free),
  };
  return head;
}

/** Each class against the others on its own, then scaled to add up to 1, as scikit-learn's OneVsRestClassifier does. */
export const oneVersusRest = (classes: number): Telling => ({
  outputs: classes,
  classes,
  probabilities(z, r, free, p) {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      p[k] = sigmoid(z[r * classes + k] + free[k]);
      sum += p[k];
    }
    for (let k = 0; k < classes; k++) p[k] = sum > 0 ? p[k] / sum : 1 / classes;
  },
});

/** A number, z + b, by least squares: half the square of the error. */
export const numberHead: Head = {
  outputs: 1,
  free: 1,
  curvature: 1,
  classes: 1,
  start: (values) => Float64Array.of(mean(values)),
  loss(z, free, values, dz, dfree, weights) {
    let sum = 0;
    dfree[0] = 0;
    for (let r = 0; r < values.length; r++) {
      const error = z[r] + free[0] - values[r];
      dz[r] = (weights ? weights[r] : 1) * error;
      dfree[0] += dz[r];
      sum += (dz[r] * error) / 2;
    }
    return sum;
  },
  probabilities(z, r, free, p) {
    p[0] = z[r] + free[0];
  },
};
