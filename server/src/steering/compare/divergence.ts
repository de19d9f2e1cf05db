import { sum } from "../../learn/metrics/intervals.ts";
import type { CompareResult } from "../../protocol/compare.ts";
import type { ReadResult } from "../../protocol/steering.ts";

/** The text that both models read. */
export interface FixedText {
  of: CompareResult["divergence"]["of"];
  ids: Int32Array;
  read: ReadResult;
}

/** How far the two models are apart on each token of a text; without steering nowhere. */
export function divergenceOf(
  { of, ids, read: { base, steered, kl } }: FixedText,
  texts: ReadonlyMap<number, string>,
): CompareResult["divergence"] {
  const tokens = Array.from(base.logprobs, (logprob, t) => ({
    text: texts.get(ids[t]) ?? `⟨${ids[t]}⟩`,
    kl: kl?.[t] ?? 0,
    base: logprob,
    steered: steered?.logprobs[t] ?? logprob,
  }));
  return { of, mean: tokens.length === 0 ? null : sum(tokens.map((it) => it.kl)) / tokens.length, tokens };
}
