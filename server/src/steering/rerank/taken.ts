import { bootstrapped, mean } from "../../learn/metrics/intervals.ts";
import { rerankWeights } from "../../learn/rerank.ts";
import type { Reranking, TakenBehaviour } from "../../protocol/rerank.ts";

/**
 * What ranking brings of a behaviour: the score that is expected of the sample that is taken, beside the mean of all samples, those
 * that could not be read among them. The interval of the gain is of these samples of one prompt, drawn anew.
 * @param scores of the behaviour, one a sample
 */
export function takenBehaviour(
  { samples, beta }: Reranking,
  scores: readonly number[],
  seed: number,
): TakenBehaviour {
  const expectedOf = (drawn: ArrayLike<number>): number | null => {
    const read = Array.from(drawn).filter((i) => samples[i] !== null);
    if (read.length === 0) return null;
    const weights = rerankWeights(
      read.map((i) => samples[i]!.q),
      beta,
    );
    return read.reduce((sum, i, n) => sum + weights[n] * scores[i], 0);
  };
  const gainOf = (drawn: Int32Array): number | null => {
    const expected = expectedOf(drawn);
    return expected === null ? null : expected - mean(Array.from(drawn, (i) => scores[i]));
  };
  const all = scores.map((_, i) => i);
  return {
    mean: mean(scores),
    expected: expectedOf(all)!,
    gain: bootstrapped(scores.length, gainOf, seed)!,
    chosen: scores[samples.findIndex((it) => it?.chosen)],
  };
}

/** What is to be said of it. */
export const takenConventions = [
  "Expected of the sample that is taken: the scores of the samples, weighted by the probabilities with which each is taken; the gain is over the mean of all samples, with a 95 % interval by the bootstrap (1,000 draws of these samples).",
];
