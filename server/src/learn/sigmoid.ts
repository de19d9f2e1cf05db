/** σ(x) = 1 / (1 + e⁻ˣ), exact at both ends. */
export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** log(1 + eˣ) without overflow. */
export const softplus = (x: number): number =>
  x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));

/**
 * p ∝ exp(z + offsets) of the `p.length` numbers of z from `at` on, without overflow; p may be where z is.
 * @returns ln Σ exp(z + offsets)
 */
export function softmax(z: Float64Array, at: number, p: Float64Array, offsets?: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < p.length; k++) {
    p[k] = offsets ? z[at + k] + offsets[k] : z[at + k];
    if (p[k] > most) most = p[k];
  }
  let total = 0;
  for (let k = 0; k < p.length; k++) {
    p[k] = Math.exp(p[k] - most);
    total += p[k];
  }
  for (let k = 0; k < p.length; k++) p[k] /= total;
  return most + Math.log(total);
}
