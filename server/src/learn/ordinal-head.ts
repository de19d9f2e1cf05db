import { countsOf } from "./classes.ts";
import type { Head } from "./heads.ts";
import { sigmoid, softplus } from "./sigmoid.ts";

/** Classes of an order by cumulative logits (McCullagh 1980, proportional odds): p(y ≤ k) = σ(θₖ − z), θ ascending. */
export function ordinalHead(classes: number): Head {
  const last = classes - 1;
  return {
    outputs: 1,
    free: last,
    curvature: 0.25,
    classes,
    start(labels) {
      const counts = countsOf(labels, classes);
      let below = 0;
      return Float64Array.from({ length: last }, (_, k) => {
        below += counts[k] / labels.length;
        // A class without examples still needs a threshold above the one before.
        return Math.log((below + 1e-3) / (1.001 - below)) + 1e-3 * k;
      });
    },
    loss(z, free, labels, dz, dfree, weights) {
      for (let k = 1; k < last; k++) if (!(free[k] > free[k - 1])) return Number.NaN;
      dfree.fill(0);
      let sum = 0;
      for (let r = 0; r < labels.length; r++) {
        const y = labels[r];
        const up = y < last ? free[y] - z[r] : Number.POSITIVE_INFINITY;
        const down = y > 0 ? free[y - 1] - z[r] : Number.NEGATIVE_INFINITY;
        // σ(up) − σ(down) = σ(up) σ(−down) (1 − e^(down − up)).
        const gap = up - down;
        const weight = weights ? weights[r] : 1;
        sum +=
          weight *
          (softplus(-up) +
            softplus(down) -
            (gap === Number.POSITIVE_INFINITY ? 0 : Math.log(-Math.expm1(-gap))));
        const ratio = gap === Number.POSITIVE_INFINITY ? 0 : 1 / Math.expm1(gap);
        const dUp = y < last ? weight * (-sigmoid(-up) - ratio) : 0;
        const dDown = y > 0 ? weight * (sigmoid(down) + ratio) : 0;
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
