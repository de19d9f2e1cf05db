import type { Setup } from "../../server/src/protocol/engine.ts";
import type { GenerateParams, SteeringEdit, WeightedDirection } from "../../server/src/protocol/steering.ts";
import { layer8, saeFolder } from "../real/material.ts";
import { smollm2 } from "./material.ts";
import { steeringPrompt, tokens, vectorNorm } from "./steering-peers.ts";

export const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
const where = {
  tokens: "all",
  roles: null,
  positions: null,
  steps: null,
  halfLife: null,
  first: false,
} as const;

/** A model that writes, and what it is steered by. */
export interface Subject {
  setup: Setup;
  prompt: string;
  /** Where the vector is added, how wide the stream is there, and the vector's norm. */
  hook: string;
  width: number;
  norm: number;
  /** Hook points of its SAEs. */
  saes: string[];
}

export const subjects: Record<"tinytown" | "smollm2", () => Subject> = {
  tinytown: () => ({
    setup: { model: "tinytown", saes: ["resid_post_1", "resid_post_3"], device: "cpu" },
    // Sums go on for as long as they are let.
    prompt: "1 + 1 = 2.\nWhat is 2 + 2? 4.\n",
    hook: "blocks.3.hook_resid_post",
    width: 192,
    norm: 1,
    saes: ["blocks.1.hook_resid_post", "blocks.3.hook_resid_post"],
  }),
  smollm2: () => {
    const { model, saes, device } = smollm2();
    return {
      setup: { model, saes: [saeFolder(layer8), ...saes], device },
      prompt: steeringPrompt,
      hook: "blocks.15.hook_resid_post",
      width: 576,
      norm: vectorNorm,
      saes: ["blocks.8.hook_resid_post", "blocks.15.hook_resid_post"],
    };
  },
};

/** An edit of all tokens but the first. */
export const edit = (
  hook: string,
  direction: WeightedDirection["direction"],
  more: Partial<SteeringEdit>,
): SteeringEdit => ({
  hook,
  operation: "add",
  directions: [{ direction, weight: 1 }],
  amount: 1,
  unit: "raw",
  onlyFiring: false,
  where,
  when: [],
  ...more,
});

/** One vector at one layer. */
export function addition({ hook, width, norm }: Subject, amount = 1): SteeringEdit[] {
  const waves = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
  const size = Math.hypot(...waves);
  return [edit(hook, { kind: "vector", vector: waves.map((it) => (norm * it) / size) }, { amount })];
}

/** Four latents of each SAE, each scaled a little where it fires; `when`: where another one of its SAE fires too. */
export const conditional = ({ saes }: Subject, when = false): SteeringEdit[] =>
  saes.flatMap((hook, sae) =>
    [11, 222, 333, 444].map((latent) =>
      edit(
        hook,
        { kind: "latent", sae, latent },
        {
          operation: "scale",
          amount: 1.1,
          when: when ? [{ sae, latent: latent + 1, above: 0.5 }] : [],
        },
      ),
    ),
  );

let run = 0;
/** A request to write greedily under edits. */
export const request = ({ setup, prompt }: Subject, steering: SteeringEdit[]): GenerateParams => ({
  ...setup,
  run: `bench:${run++}`,
  messages: [{ role: null, text: prompt }],
  steering,
  sampling: greedy,
  maxTokens: tokens,
  samples: 1,
  stop: [],
});
