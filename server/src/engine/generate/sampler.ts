import type { SamplingOptions } from "../../protocol/steering.ts";

/**
 * Chooses a token from logits as Transformers does: repetition penalty, temperature, top k, top p, min p, in this order; ties at
 * a cut stay in. Holds buffers of a vocabulary's size.
 */
export class Sampler {
  readonly #options: SamplingOptions;
  readonly #scores: Float64Array;
  readonly #order: Float64Array;

  constructor(options: SamplingOptions, vocabulary: number) {
    this.#options = options;
    this.#scores = new Float64Array(vocabulary);
    this.#order = new Float64Array(vocabulary);
  }

  /**
   * @param logits `[vocabulary]`
   * @param seen tokens of the text so far, which the repetition penalty is for
   * @param draw a number in [0, 1)
   */
  choose(logits: Float32Array, seen: Iterable<number>, draw: number): number {
    const scores = this.scores(logits, seen);
    return this.#options.temperature === 0 ? largest(scores) : drawn(scores, draw);
  }

  /** `[vocabulary]` scores after everything that changes them; −∞ for tokens that cannot be chosen. Overwritten by the next call. */
  scores(logits: Float32Array, seen: Iterable<number>): Float64Array {
    const { temperature, topK, topP, minP, repetitionPenalty } = this.#options;
    const scores = this.#scores;
    scores.set(logits);
    if (repetitionPenalty !== 1)
      for (const id of new Set(seen))
        scores[id] = scores[id] < 0 ? scores[id] * repetitionPenalty : scores[id] / repetitionPenalty;
    if (temperature === 0) return scores;
    if (temperature !== 1) for (let i = 0; i < scores.length; i++) scores[i] /= temperature;
    if (topK > 0 && topK < scores.length) cutBelow(scores, this.#sorted(scores)[scores.length - topK]);
    if (topP < 1) this.#keepMass(scores, topP);
    if (minP > 0) cutBelow(scores, scores[largest(scores)] + Math.log(minP));
    return scores;
  }

  /** In ascending order. */
  #sorted(scores: Float64Array): Float64Array {
    this.#order.set(scores);
    return this.#order.sort();
  }

  /** Drops the least likely as long as they hold together at most 1 − p of the probability. */
  #keepMass(scores: Float64Array, p: number): void {
    const order = this.#sorted(scores);
    const top = order[order.length - 1];
    const total = order.reduce((sum, score) => sum + Math.exp(score - top), 0);
    let mass = 0;
    for (let i = 0; i < order.length - 1; i++) {
      mass += Math.exp(order[i] - top) / total;
      if (mass <= 1 - p) continue;
      cutBelow(scores, order[i]);
      return;
    }
    cutBelow(scores, top);
  }
}

function cutBelow(scores: Float64Array, least: number): void {
  for (let i = 0; i < scores.length; i++) if (scores[i] < least) scores[i] = Number.NEGATIVE_INFINITY;
}

/** The place of the largest; the first among equals. */
function largest(scores: Float64Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}

/** The token at a share of the whole probability, tokens in the order of their ids. */
function drawn(scores: Float64Array, draw: number): number {
  const best = largest(scores);
  const top = scores[best];
  let total = 0;
  for (let i = 0; i < scores.length; i++) total += Math.exp(scores[i] - top);
  let left = draw * total;
  for (let i = 0; i < scores.length; i++) {
    left -= Math.exp(scores[i] - top);
    if (left < 0) return i;
  }
  return best;
}
