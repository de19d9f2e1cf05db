import { meanOf, shareOf } from "../../learn/metrics/intervals.ts";
import type { Behaviour, Estimate } from "../../protocol/compare.ts";
import type { Scorer } from "./scorers/index.ts";

/** What a scorer gives each sample of both sides. */
export interface Scored {
  scorer: Scorer;
  base: number[];
  steered: number[];
}

/** @throws ProblemError where a text cannot be scored */
export async function scoredBy(
  scorer: Scorer,
  base: readonly string[],
  steered: readonly string[],
): Promise<Scored> {
  return { scorer, base: await scoresOf(scorer, base), steered: await scoresOf(scorer, steered) };
}

/** One text after the other: a scorer of the user's may want its turns. */
export async function scoresOf({ score }: Scorer, texts: readonly string[]): Promise<number[]> {
  const scores: number[] = [];
  for (const text of texts) scores.push(await score(text));
  return scores;
}

export function behaviourOf({ scorer, base, steered }: Scored): Behaviour {
  const { name, kind } = scorer;
  return { scorer: name, kind, base: estimateOf(scorer, base), steered: estimateOf(scorer, steered) };
}

/** A share or a mean with its interval, as the scorer has it. */
export const estimateOf = ({ kind }: Scorer, scores: readonly number[]): Estimate =>
  kind === "share" ? shareOf(scores) : meanOf(scores);
