/**
 * Probabilities with which samples are taken by their values, softmax(q / β): as the number of samples grows, what is drawn comes
 * to the distribution that gains most of q at the divergence from the model that β pays for (Li et al. 2024, “Q-Probe: A
 * Lightweight Approach to Reward Maximization for Language Models”). β = 0 takes the largest, the first of equal ones.
 * @param q `[k]`, at least one @returns `[k]`
 * @throws RangeError where β is negative or a value is not finite
 */
export function rerankWeights(q: ArrayLike<number>, beta: number): Float64Array {
  const values = Float64Array.from(q);
  if (!(beta >= 0) || values.length === 0 || !values.every(Number.isFinite))
    throw new RangeError("Samples are ranked by finite values, and β is 0 or above.");
  const most = Math.max(...values);
  if (beta === 0) return values.map((_, i) => Number(i === values.indexOf(most)));
  const all = values.map((it) => Math.exp((it - most) / beta));
  const total = all.reduce((a, b) => a + b, 0);
  return all.map((it) => it / total);
}

/** The sample that a number from 0 to 1 falls to. @param weights `[k]`, which add up to 1 */
export function drawnBy(weights: Float64Array, at: number): number {
  let sum = 0;
  const found = weights.findIndex((it) => {
    sum += it;
    return at < sum;
  });
  return found >= 0 ? found : weights.findLastIndex((it) => it > 0);
}
