import { readFileSync } from "node:fs";
import type { MessageInput } from "../../../server/src/protocol/engine.ts";
import type { Generated } from "../../../server/src/protocol/steering.ts";

/** What Transformers wrote after a prompt, from `make_generation.py`. */
export interface Written {
  messages: MessageInput[];
  prompt: number[];
  /** With the token that ended it, where one did. */
  ids: number[];
  stopped: boolean;
  logprobs: number[];
  /** By how much each token's logit exceeds the second best. */
  gaps: number[];
}

export interface GenerationFacts {
  /** SHA-256 of the weights. */
  weights: string;
  written: Written[];
}

export const readGeneration = (path: string): GenerationFacts => JSON.parse(readFileSync(path, "utf8"));

/** Two logits nearer than this may change places by rounding; what follows is then another text. */
const tie = 1e-3;

/** What is wrong with a continuation of at most as many tokens as the facts have, a line each. */
export function wrongContinuation({ promptIds, samples }: Generated, fact: Written): string[] {
  if (promptIds.join() !== fact.prompt.join()) return [`the prompt is ${promptIds}, not ${fact.prompt}`];
  const [{ ids, logprobs, end }] = samples;
  const whole = fact.stopped ? fact.ids.slice(0, -1) : fact.ids;
  for (const [t, id] of whole.entries()) {
    if (ids[t] !== id)
      return fact.gaps[t] <= tie ? [] : [`token ${t} is ${ids[t]}, not ${id} (ahead by ${fact.gaps[t]})`];
    const expected = fact.logprobs[t];
    if (Math.abs(logprobs[t] - expected) > 1e-4 * Math.max(1, Math.abs(expected)))
      return [`token ${t} has log p ${logprobs[t]}, not ${expected}`];
  }
  const expectedEnd = fact.stopped ? "stop-token" : "length";
  if (end === expectedEnd && ids.length === whole.length) return [];
  return [`it ends (${end}) after ${ids.length} tokens, not (${expectedEnd}) after ${whole.length}`];
}
