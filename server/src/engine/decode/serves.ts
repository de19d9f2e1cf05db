import type { ModelConfig } from "../models/config.ts";

/** Why the kernels cannot read a model's tokens, in words; null where they can. */
export function whyNotDecoded(config: ModelConfig): string | null {
  const { family, dModel, dMlp, heads, kvHeads, headDim, vocabulary, rotary } = config;
  if (family !== "llama") return `the family ${family} has no kernels`;
  if (!rotary) return "its positions are not rotary";
  // Rows are read eight numbers at a time, and four rows side by side.
  const isEven = [dModel, dMlp, heads * headDim].every((n) => n % 8 === 0);
  if (!isEven) return "its widths are no multiples of eight";
  const isEnough = [kvHeads * headDim, vocabulary].every((n) => n >= 4);
  return isEnough ? null : "it has fewer than four rows of keys or of tokens";
}
