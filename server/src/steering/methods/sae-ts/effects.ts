import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../../host/engine-host.ts";
import type { MessageInput, Setup } from "../../../protocol/engine.ts";
import type { SamplingOptions, SteeringEdit } from "../../../protocol/steering.ts";

/** What the engine is asked. */
export type Engine = Pick<EngineHost, "generate" | "read">;

/** Where, how strongly and on which prompts a model is steered to see what that does. */
export interface RolloutOptions {
  setup: Setup;
  /** Place of the SAE in the set-up whose latents are counted. */
  sae: number;
  /** Width of that SAE. */
  width: number;
  hook: string;
  /** × median residual norm at the hook point, the same for all vectors. */
  strength: number;
  prompts: MessageInput[][];
  samples: number;
  maxTokens: number;
  sampling: SamplingOptions;
}

/** Steers everywhere, the first token too, with a vector. */
export function steeringBy(vector: Float32Array, { hook, strength }: RolloutOptions): SteeringEdit[] {
  return [
    {
      hook,
      operation: "add",
      directions: [{ direction: { kind: "vector", vector }, weight: 1 }],
      amount: strength,
      unit: "residual",
      onlyFiring: false,
      where: { tokens: "all", roles: null, positions: null, steps: null, halfLife: null, first: true },
      when: [],
    },
  ];
}

/**
 * Mean activation of every latent `[width]` on what the steered model writes, as the model reads it unsteered: prompt and
 * completion but for first tokens and those that the SAE was not made for, each text counting as long as it is.
 * @param vector null: what the model writes by itself
 */
export async function meanOnRollouts(
  engine: Engine,
  vector: Float32Array | null,
  options: RolloutOptions,
  token?: CancellationToken,
): Promise<Float32Array> {
  const { setup, prompts, samples, maxTokens, sampling, sae, width } = options;
  const steering = vector ? steeringBy(vector, options) : [];
  const texts: Int32Array[] = [];
  for (const messages of prompts) {
    const run = { run: "sae-ts", messages, steering, sampling, maxTokens, samples, stop: [] };
    const { promptIds, samples: written } = await engine.generate({ ...setup, ...run }, token);
    for (const { ids } of written) texts.push(Int32Array.from([...promptIds, ...ids]));
  }
  const readable = texts.filter((ids) => ids.length > 1).map((ids) => ({ ids, from: 1, roles: null }));
  const asked = { texts: readable, steering: [], activations: true };
  const answer = await engine.read({ ...setup, ...asked }, token);
  const sums = new Float64Array(width);
  let tokens = 0;
  answer.texts.forEach(({ base }, t) => {
    const length = readable[t].ids.length - 1;
    tokens += length;
    const { indices, mean } = base.latents[sae];
    indices.forEach((latent, i) => {
      sums[latent] += mean[i] * length;
    });
  });
  return Float32Array.from(sums, (sum) => sum / Math.max(1, tokens));
}
