import type { MessageInput } from "../../server/src/protocol/engine.ts";
import type { SteeringEdit, WeightedDirection } from "../../server/src/protocol/steering.ts";
import { judge } from "../../server/src/tinytown/judge/judge.ts";
import type { Wish } from "./attributes.ts";
import { setup, type TrialEngine } from "./engine.ts";

/** What is added, and where. */
export interface Handle {
  hook: string;
  direction: WeightedDirection["direction"];
}

/** What came of steering prompts by one handle at one strength. */
export interface Outcome {
  strength: number;
  /** By prompt: whether the completion shows what was asked for. */
  shown: boolean[];
  /** Perplexity of the completions under the unsteered model over that of its own completions. */
  perplexityRatio: number;
  /** Share of prompts that show it × min(1, 1 / perplexity ratio). */
  score: number;
}

/** × median residual norm at the hook point. */
export const strengths = [0.25, 0.5, 0.8];
const maxTokens = 32;

/** Completions of prompts: greedy at temperature 0.7 would repeat itself in a model this small, so they are sampled. */
export async function complete(engine: TrialEngine, prompts: string[], steering: SteeringEdit[]) {
  const texts: { text: string; ids: Int32Array; from: number }[] = [];
  for (const [i, text] of prompts.entries()) {
    const messages: MessageInput[] = [{ role: null, text }];
    const sampling = { temperature: 0.7, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 17 + i };
    const run = { run: "trial", messages, steering, sampling, maxTokens, samples: 1, stop: [] };
    const { promptIds, samples } = await engine.generate({ ...setup, ...run });
    const [sample] = samples;
    texts.push({
      text: sample.text,
      ids: Int32Array.from([...promptIds, ...sample.ids]),
      from: promptIds.length,
    });
  }
  const readable = texts.filter(({ ids, from }) => ids.length > from);
  const asked = readable.map(({ ids, from }) => ({ ids, from, roles: null }));
  const answer = await engine.read({ ...setup, saes: [], texts: asked, steering: [], activations: false });
  const logprobs = answer.texts.flatMap(({ base }) => [...base.logprobs]);
  const nll = -logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
  return { texts: texts.map(({ text }) => text), perplexity: Math.exp(nll) };
}

export const shows = (text: string, { attribute, value }: Wish) => judge(text, attribute).value === value;

/** Steers every token but the first. */
export function editOf({ hook, direction }: Handle, amount: number): SteeringEdit {
  return {
    hook,
    operation: "add",
    directions: [{ direction, weight: 1 }],
    amount,
    unit: "residual",
    onlyFiring: false,
    where: { tokens: "all", roles: null, positions: null, steps: null, halfLife: null, first: false },
    when: [],
  };
}

/** Tries one handle at one strength. */
export async function attempt(
  engine: TrialEngine,
  handle: Handle,
  strength: number,
  prompts: string[],
  wish: Wish,
  basePerplexity: number,
): Promise<Outcome> {
  const { texts, perplexity } = await complete(engine, prompts, [editOf(handle, strength)]);
  const shown = texts.map((text) => shows(text, wish));
  const perplexityRatio = perplexity / basePerplexity;
  return { strength, shown, perplexityRatio, score: share(shown) * Math.min(1, 1 / perplexityRatio) };
}

export const share = (shown: boolean[]) => shown.filter(Boolean).length / shown.length;
