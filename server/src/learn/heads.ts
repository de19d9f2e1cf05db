/** What becomes of the products of a row with the weights: probabilities, and the loss that is learnt from. */
export interface Head {
  /** Weight vectors: products a row. */
  readonly outputs: number;
  /** Numbers beside the weights that no penalty falls on: intercepts or thresholds. */
  readonly free: number;
  /** About the second derivative of a row's loss by a product, before anything is learnt. */
  readonly curvature: number;
  /** Where learning starts: `[free]` of these labels. */
  start(labels: Int32Array): Float64Array;
  /**
   * The sum over rows of −log p(label), NaN where it is not defined; its derivatives into `dz` `[rows · outputs]` and `dfree`
   * `[free]`.
   */
  loss(
    z: Float64Array,
    free: Float64Array,
    labels: Int32Array,
    dz: Float64Array,
    dfree: Float64Array,
  ): number;
  /** How many classes {@link probabilities} are of. */
  readonly classes: number;
  /** Probabilities of row r `[classes]`, into `p`. */
  probabilities(z: Float64Array, r: number, free: ArrayLike<number>, p: Float64Array): void;
}

export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** log(1 + eˣ) without overflow. */
export const softplus = (x: number): number =>
  x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));

/** Two classes: p(1) = σ(z + b). */
export const binaryHead: Head = {
  outputs: 1,
  free: 1,
  curvature: 0.25,
  classes: 2,
  start: () => new Float64Array(1),
  loss(z, free, labels, dz, dfree) {
    let [sum, total] = [0, 0];
    const b = free[0];
    for (let r = 0; r < labels.length; r++) {
      // 1 − p(label) and −log p(label) from one exponential.
      const away = labels[r] === 1 ? -z[r] - b : z[r] + b;
      const e = Math.exp(-Math.abs(away));
      sum += (away > 0 ? away : 0) + Math.log1p(e);
      const wrong = (away > 0 ? 1 : e) / (1 + e);
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
    loss(z, free, labels, dz, dfree) {
      let sum = 0;
      dfree.fill(0);
      for (let r = 0; r < labels.length; r++) {
        sum += softmax(z, r * classes, free, p);
        const at = labels[r];
        sum -= z[r * classes + at] + free[at];
        for (let k = 0; k < classes; k++) {
          const slope = p[k] - (k === at ? 1 : 0);
          dz[r * classes + k] = slope;
          dfree[k] += slope;
        }
      }
      return sum;
    },
    probabilities: (z, r, free, into) => void softmax(z, r * classes, free, into),
  };
  return head;
}

/** Probabilities into p; the logarithm of what they were divided by is returned. */
function softmax(z: Float64Array, at: number, free: ArrayLike<number>, p: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < p.length; k++) most = Math.max(most, z[at + k] + free[k]);
  let total = 0;
  for (let k = 0; k < p.length; k++) {
    p[k] = Math.exp(z[at + k] + free[k] - most);
    total += p[k];
  }
  for (let k = 0; k < p.length; k++) p[k] /= total;
  return most + Math.log(total);
}

/** Classes of an order by cumulative logits (McCullagh 1980, proportional odds): p(y ≤ k) = σ(θₖ − z), θ ascending. */
export function ordinalHead(classes: number): Head {
  const last = classes - 1;
  return {
    outputs: 1,
    free: last,
    curvature: 0.25,
    classes,
    start(labels) {
      const counts = new Float64Array(classes);
      for (const it of labels) counts[it]++;
      let below = 0;
      return Float64Array.from({ length: last }, (_, k) => {
        below += counts[k] / labels.length;
        // A class without examples still needs a threshold above the one before.
        return Math.log((below + 1e-3) / (1.001 - below)) + 1e-3 * k;
      });
    },
    loss(z, free, labels, dz, dfree) {
      for (let k = 1; k < last; k++) if (!(free[k] > free[k - 1])) return Number.NaN;
      dfree.fill(0);
      let sum = 0;
      for (let r = 0; r < labels.length; r++) {
        const y = labels[r];
        const up = y < last ? free[y] - z[r] : Number.POSITIVE_INFINITY;
        const down = y > 0 ? free[y - 1] - z[r] : Number.NEGATIVE_INFINITY;
        // σ(up) − σ(down) = σ(up) σ(−down) (1 − e^(down − up)).
        const gap = up - down;
        sum +=
          softplus(-up) +
          softplus(down) -
          (gap === Number.POSITIVE_INFINITY ? 0 : Math.log(-Math.expm1(-gap)));
        const ratio = gap === Number.POSITIVE_INFINITY ? 0 : 1 / Math.expm1(gap);
        const dUp = y < last ? -sigmoid(-up) - ratio : 0;
        const dDown = y > 0 ? sigmoid(down) + ratio : 0;
        if (y < last) dfree[y] += dUp;
        if (y > 0) dfree[y - 1] += dDown;
        dz[r] = -dUp - dDown;
      }
      return sum;
    },
    probabilities(z, r, free, p) {
      let below = 0;
      for (let k = 0; k < classes; k++) {
        const next = k < last ? sigmoid(free[k] - z[r]) : 1;
        p[k] = Math.max(0, next - below);
        below = next;
      }
    },
  };
}
