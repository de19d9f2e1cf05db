import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError } from "../host/problem-error.ts";
import { methodProblem } from "../steering/methods/problems.ts";
import { methodRecords, promptIn } from "../steering/methods/prompt-file.ts";
import { liveLatents, unitDirections } from "../steering/methods/sae-ts/directions.ts";
import { meanOnRollouts, type RolloutOptions } from "../steering/methods/sae-ts/effects.ts";
import { type EffectsFile, readEffects, writeEffects } from "../steering/methods/sae-ts/effects-file.ts";
import { fitEffects, measureEffects } from "../steering/methods/sae-ts/fit.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";
import { setupOf } from "./steer-drawing.ts";

export interface EffectsOptions {
  model: string;
  sae: string;
  out: string;
  directions: number;
  strength: number;
  samples: number;
  maxTokens: number;
  temperature: number;
  seed: number;
  ridge?: number;
  json?: boolean;
}

/** Directions tried between two times that the file is written. */
const keptEvery = 20;

/** `steerscope steer effects PROMPTS`: what steering does to every latent, fitted linearly (SAE-TS); goes on where it stopped. */
export async function effectsCommand(prompts: string, options: EffectsOptions): Promise<void> {
  const records = await methodRecords(prompts);
  const messages = records.map((record) => promptIn(record, "prompt"));
  try {
    const { file, heldOut } = await interruptible((token, show) =>
      withEngine((host) => measure(host, messages, options, token, show)),
    );
    const rows = file.effects.rows.length;
    const share = heldOut === null ? "too few to tell how well" : `${(100 * heldOut).toFixed(1)} %`;
    if (options.json)
      console.log(
        JSON.stringify({ schema: "steerscope.steer-effects/1", file: options.out, rows, heldOut }, null, 2),
      );
    else {
      console.log(`${rows} directions were tried; of what held-out ones do the fit explains ${share}.`);
      console.log(
        `It is in ${options.out}: steerscope steer target ${options.out} --feature LATENT --out FILE`,
      );
    }
  } catch (error) {
    if (error instanceof CancelledError)
      console.error(`What was measured is kept in ${options.out}: the same command goes on from there.`);
    throw error;
  }
}

async function measure(
  host: EngineHost,
  prompts: RolloutOptions["prompts"],
  options: EffectsOptions,
  token: CancellationToken,
  show: (text: string) => void,
): Promise<{ file: EffectsFile; heldOut: number | null }> {
  const setup = setupOf({ model: options.model, sae: [options.sae] });
  const description = await host.describe(setup, token);
  const [sae] = description.saes;
  const { strength, samples, maxTokens, temperature, seed } = options;
  const sampling = { temperature, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed };
  const rollouts: RolloutOptions = {
    ...{ setup, sae: 0, width: sae.width, hook: sae.hook, strength, prompts, samples, maxTokens, sampling },
  };
  const about = {
    method: "SAE-TS effects",
    model: description.model.id,
    sae: sae.id,
    hook: sae.hook,
    setup: description.setupId,
    rollouts: JSON.stringify({ strength, prompts, samples, maxTokens, sampling }),
  };
  const before = readEffects(options.out);
  if (before && (before.about.setup !== about.setup || before.about.rollouts !== about.rollouts))
    throw methodProblem(
      "effects-other",
      `${options.out} holds effects of another set-up, or of texts written otherwise.`,
      "Name another file with --out, or remove it.",
      options.out,
    );
  const latents = [...new Set([...(before?.latents ?? []), ...liveLatents(sae, options.directions, seed)])];
  const vectors = unitDirections(
    sae,
    latents.slice(0, Math.max(options.directions, before?.latents.length ?? 0)),
  );
  const effects = before?.effects ?? {
    baseline: await meanOnRollouts(host, null, rollouts, token),
    rows: [],
  };
  const file: EffectsFile = { about, latents, effects, fit: null };
  const measured = (done: number) => {
    show(`${done} of ${vectors.length} directions tried`);
    if (done % keptEvery === 0) writeEffects(options.out, file);
  };
  try {
    await measureEffects(host, vectors, effects, rollouts, { measured, token });
  } finally {
    if (effects.rows.length > 0) writeEffects(options.out, file);
  }
  const ridges = options.ridge === undefined ? undefined : [options.ridge];
  const { fit, heldOut } = fitEffects(vectors, effects, ridges);
  writeEffects(options.out, { ...file, fit });
  return { file, heldOut };
}
