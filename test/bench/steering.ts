import type { EngineHost } from "../../server/src/host/engine-host.ts";
import type { Setup } from "../../server/src/protocol/engine.ts";
import type {
  Generated,
  GenerateParams,
  SteeringEdit,
  WeightedDirection,
} from "../../server/src/protocol/steering.ts";
import { layer8, saeFolder } from "../real/material.ts";
import { newHost, smollm2 } from "./material.ts";
import { median, rounded, summary } from "./stats.ts";
import { type PeerTimes, peerTimes, steeringPrompt, tokens, vectorNorm } from "./steering-peers.ts";

const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
const where = {
  tokens: "all",
  roles: null,
  positions: null,
  steps: null,
  halfLife: null,
  first: false,
} as const;

interface Subject {
  setup: Setup;
  prompt: string;
  /** Where the vector is added, how wide the stream is there, and the vector's norm. */
  hook: string;
  width: number;
  norm: number;
  /** Hook points of the two SAEs. */
  saes: [string, string];
}

const subjects: Record<"tinytown" | "smollm2", () => Subject> = {
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

const edit = (
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

function addition({ hook, width, norm }: Subject, amount = 1): SteeringEdit[] {
  const waves = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
  const size = Math.hypot(...waves);
  return [edit(hook, { kind: "vector", vector: waves.map((it) => (norm * it) / size) }, { amount })];
}

/** Four latents at each of two layers, each scaled a little where another one of its SAE fires. */
const conditional = ({ saes }: Subject): SteeringEdit[] =>
  saes.flatMap((hook, sae) =>
    [11, 222, 333, 444].map((latent) =>
      edit(
        hook,
        { kind: "latent", sae, latent },
        {
          operation: "scale",
          amount: 1.1,
          when: [{ sae, latent: latent + 1, above: 0.5 }],
        },
      ),
    ),
  );

let run = 0;
const request = ({ setup, prompt }: Subject, steering: SteeringEdit[]): GenerateParams => ({
  ...setup,
  run: `bench:${run++}`,
  messages: [{ role: null, text: prompt }],
  steering,
  sampling: greedy,
  maxTokens: tokens,
  samples: 1,
  stop: [],
});

/** Milliseconds a decoded token: the first one belongs to the prompt. */
const perToken = ({ samples: [{ ids }], decodeMs }: Generated) => decodeMs / (ids.length - 1);

/** Plain, one vector, eight conditional latents: turn by turn in one process. */
async function speeds(host: EngineHost, subject: Subject, runs: number) {
  const kinds = { plain: [], vector: addition(subject), conditional: conditional(subject) };
  const taken: Record<keyof typeof kinds, number[]> = { plain: [], vector: [], conditional: [] };
  const whole: Record<"plain" | "vector", number[]> = { plain: [], vector: [] };
  // The steered model is kept between two runs, so only the first one loads it.
  for (let i = -1; i < runs; i++)
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const start = performance.now();
      const generated = await host.generate(request(subject, kinds[kind]));
      const ms = performance.now() - start;
      if (generated.samples[0].ids.length < tokens / 2) throw new Error(`${kind}: the text ended early`);
      if (i < 0) continue;
      taken[kind].push(perToken(generated));
      if (kind !== "conditional") whole[kind].push(ms / generated.samples[0].ids.length);
    }
  const rate = (times: number[]) => rounded(1000 / median(times));
  const plain = median(taken.plain);
  return {
    report: {
      plainTokensPerSecond: rate(taken.plain),
      vectorTokensPerSecond: rate(taken.vector),
      conditionalTokensPerSecond: rate(taken.conditional),
      vectorShareOfPlain: rounded(plain / median(taken.vector)),
      conditionalShareOfPlain: rounded(plain / median(taken.conditional)),
      tokens,
      runs,
    },
    whole,
  };
}

/** From a request with another strength to the first new text of it. */
async function firstText(host: EngineHost, subject: Subject, runs: number): Promise<object> {
  const taken: number[] = [];
  for (let i = -1; i < runs; i++) {
    const params = { ...request(subject, addition(subject, 0.5 + i / 1000)), maxTokens: 2 };
    const start = performance.now();
    const first = Promise.withResolvers<number>();
    const listener = host.onGenerated.on(
      ({ run: of }) => of === params.run && first.resolve(performance.now()),
    );
    await host.generate(params);
    const ms = (await first.promise) - start;
    listener();
    if (i >= 0) taken.push(ms);
  }
  return summary(taken);
}

/**
 * Speed of steered writing beside plain, and with `peers` (Python environments) beside other programs on SmolLM2: all with the
 * same number of threads, in turns.
 */
export async function steering(runs: number, peers: string[]): Promise<object> {
  const report: Record<string, object> = {};
  const threads = 2;
  const ours: number[] = [];
  const others: PeerTimes = {};
  const [tinytown, real] = [subjects.tinytown(), subjects.smollm2()];
  const host = newHost(threads);
  try {
    report.tinytown = (await speeds(host, tinytown, runs)).report;
    report.strengthToFirstTextMs = await firstText(host, tinytown, 4 * runs);
  } finally {
    host.dispose();
  }
  const rounds = peers.length > 0 ? 2 : 1;
  const each = Math.ceil(runs / rounds);
  for (let round = 0; round < rounds; round++) {
    const fresh = newHost(threads);
    try {
      const { report: found, whole } = await speeds(fresh, real, each);
      report[round === 0 ? "smollm2" : "smollm2Again"] = found;
      ours.push(...whole.vector);
    } finally {
      fresh.dispose();
    }
    for (const python of peers) await peerTimes(python, real.setup.model, threads, each, others);
  }
  if (peers.length > 0)
    report.againstPeers = {
      threads,
      steerscopeVectorTokensPerSecond: rounded(1000 / median(ours)),
      ...Object.fromEntries(
        Object.entries(others).map(([name, { version, plain, steered }]) => [
          name,
          {
            version,
            plainTokensPerSecond: rounded(tokens / median(plain)),
            vectorTokensPerSecond: rounded(tokens / median(steered)),
            vectorShareOfPlain: rounded(median(plain) / median(steered)),
            steerscopeTimesFaster: rounded((1000 * median(steered)) / tokens / median(ours)),
          },
        ]),
      ),
    };
  return report;
}
