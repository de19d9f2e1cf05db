import type { SamplingOptions } from "../../protocol/steering.ts";

/** How tokens are chosen, in sentences for people (I4). */
export function samplingConventions(options: SamplingOptions): string[] {
  const { temperature, topK, topP, minP, repetitionPenalty, seed } = options;
  const penalty = repetitionPenalty === 1 ? [] : [`a repetition penalty of ${repetitionPenalty}`];
  if (temperature === 0)
    return [`${["Greedy: the likeliest token", ...penalty].join(", after ")}, as Transformers chooses it.`];
  const cuts = [
    ...penalty,
    `temperature ${temperature}`,
    ...(topK > 0 ? [`the ${topK} likeliest`] : []),
    ...(topP < 1 ? [`a probability mass of ${topP}`] : []),
    ...(minP > 0 ? [`at least ${minP} of the likeliest's probability`] : []),
  ];
  return [
    `Sampled with ${cuts.join(", ")}, in Transformers' order; seed ${seed}, the same text on the same device.`,
    "Log-probabilities are those of the model before temperature and cuts.",
  ];
}
