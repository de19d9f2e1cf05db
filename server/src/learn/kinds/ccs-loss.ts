import type { RowLoss } from "../heads.ts";
import { sigmoid } from "../sigmoid.ts";

/**
 * The loss of contrast-consistent search over pairs, (p⁺ − (1 − p⁻))² + min(p⁺, p⁻)² with p = σ(z + b), as one of rows: each pair
 * counts twice, so that the mean over rows is that over pairs.
 * @param pairs how many; row i is the first side of pair i, row pairs + i the second
 */
export const ccsLoss = (pairs: number): RowLoss => ({
  outputs: 1,
  free: 1,
  curvature: 0.25,
  at(z, free, dz, dfree) {
    const b = free[0];
    dfree[0] = 0;
    let loss = 0;
    for (let i = 0; i < pairs; i++) {
      const p = sigmoid(z[i] + b);
      const q = sigmoid(z[pairs + i] + b);
      const inconsistent = p + q - 1;
      const least = Math.min(p, q);
      loss += 2 * (inconsistent ** 2 + least ** 2);
      dz[i] = 4 * (inconsistent + (p <= q ? least : 0)) * p * (1 - p);
      dz[pairs + i] = 4 * (inconsistent + (p <= q ? 0 : least)) * q * (1 - q);
      dfree[0] += dz[i] + dz[pairs + i];
    }
    return loss;
  },
});
