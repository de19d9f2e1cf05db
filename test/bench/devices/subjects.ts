import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Analysis, Device, Setup } from "../../../server/src/protocol/engine.ts";
import { layer8, layer15, modelFolder, saeFolder } from "../../real/material.ts";
import { sentence } from "../material.ts";
import type { Subject } from "../steering-material.ts";

/** A model that is run on several devices. */
export interface DeviceSubject {
  name: string;
  model: string;
  saes: string[];
}

/** The models at hand: the embedded one, SmolLM2 where it is, and what was named. */
export function deviceSubjects(model: string | undefined, saes: string[]): DeviceSubject[] {
  const subjects: DeviceSubject[] = [
    { name: "tinytown", model: "tinytown", saes: ["resid_post_1", "resid_post_3"] },
  ];
  try {
    subjects.push({ name: "smollm2", model: modelFolder(), saes: [layer8, layer15].map(saeFolder) });
  } catch (error) {
    process.stderr.write(`SmolLM2 is left out: ${(error as Error).message}\n`);
  }
  if (model !== undefined) subjects.push({ name: "named", model, saes });
  return subjects;
}

export const on = ({ model, saes }: DeviceSubject, device: Device | "auto"): Setup => ({
  model,
  saes,
  device,
});

/** Beginnings that every model can go on from. */
export const beginnings = [
  "It was a rainy morning. Anna was sad and wept.",
  "1 + 1 = 2.\nWhat is 2 + 2? 4.\n",
  "The miller opened the door and saw",
  "Once upon a time there was a fox who",
  "In the evening the whole family sat",
  "The old fisherman rowed slowly across the quiet lake before sunrise, and",
  "Tom was angry. He shouted at",
  "The train to the city leaves at",
  "My favourite food is",
  "The bird sang in the tree while",
];

let run = 0;

/** One analysis under a key that nothing is known of. */
export async function analysed(host: EngineHost, setup: Setup, text: string): Promise<Analysis> {
  const key = `bench:device:${run++}`;
  const analysis = await host.analyse({ ...setup, key, messages: [{ role: null, text }] });
  host.forget(key);
  return analysis;
}

/** A text of that many tokens; null where the context is shorter. */
export async function textOf(host: EngineHost, setup: Setup, length: number): Promise<string | null> {
  const long = sentence.repeat(Math.ceil(length / 8));
  const { ids, spans } = await analysed(host, setup, long);
  return ids.length < length ? null : long.slice(0, spans.end[length - 1]);
}

/** What the benchmark of steering needs to know of it, on a device. */
export async function steeringSubject(
  host: EngineHost,
  subject: DeviceSubject,
  device: Device,
): Promise<Subject> {
  const { model, saes } = await host.describe(on(subject, device));
  return {
    setup: on(subject, device),
    // Both go on for as long as they are let: sums of the embedded model, a tale of others.
    prompt: beginnings[subject.name === "tinytown" ? 1 : 5],
    hook: `blocks.${model.layers >> 1}.hook_resid_post`,
    width: model.dModel,
    norm: 1,
    saes: saes.map(({ hook }) => hook),
  };
}
