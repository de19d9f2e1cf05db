import { sum } from "../../learn/metrics/intervals.ts";

/** exp of the mean negative log-probability over all tokens of some texts; null without tokens. */
export function perplexity(texts: readonly ArrayLike<number>[]): number | null {
  const tokens = sum(texts.map(({ length }) => length));
  if (tokens === 0) return null;
  return Math.exp(-sum(texts.map((logprobs) => sum(Array.from(logprobs)))) / tokens);
}

/** Share of three tokens in a row that stood in the same text before, over all texts; null where all are shorter. */
export function repetition(texts: readonly ArrayLike<number>[]): number | null {
  let all = 0;
  let repeated = 0;
  for (const ids of texts) {
    const seen = new Set<string>();
    for (let i = 2; i < ids.length; i++) {
      const three = `${ids[i - 2]} ${ids[i - 1]} ${ids[i]}`;
      all++;
      if (seen.has(three)) repeated++;
      seen.add(three);
    }
  }
  return all === 0 ? null : repeated / all;
}
