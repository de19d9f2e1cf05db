/** `[rows · vocabulary]` logits as log-probabilities (natural log); normalisers are summed in f64. */
export function logProbabilities(logits: Float32Array, vocabulary: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += vocabulary) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = at; i < at + vocabulary; i++) if (logits[i] > most) most = logits[i];
    let sum = 0;
    for (let i = at; i < at + vocabulary; i++) sum += Math.exp(logits[i] - most);
    const normaliser = most + Math.log(sum);
    for (let i = at; i < at + vocabulary; i++) out[i] = logits[i] - normaliser;
  }
  return out;
}

/** Kullback-Leibler divergence KL(p ‖ q) in nats of two distributions given by their log-probabilities; summed in f64. */
export function divergence(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.exp(p[i]) * (p[i] - q[i]);
  return Math.max(0, sum);
}
