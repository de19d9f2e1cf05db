import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Analysis, Device } from "../../../server/src/protocol/engine.ts";
import type { Generated, GenerateParams, SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { rounded } from "../stats.ts";
import { greedy } from "../steering-material.ts";
import { neutralEdits, operations } from "./edits.ts";
import { analysed, beginnings, type DeviceSubject, on, textOf } from "./subjects.ts";

/** Tokens that are written to compare texts, plain ones and those of each operation. */
const written = 50;
const writtenSteered = 20;

/** So many samples at once are written by the device's own graph, whatever is faster. */
const byGraph = 5;

/** What an accelerator says of a text beside the CPU. */
export async function analyses(host: EngineHost, subject: DeviceSubject, device: Device) {
  const text = (await textOf(host, on(subject, "cpu"), 200)) as string;
  const cpu = await analysed(host, on(subject, "cpu"), text);
  const other = await analysed(host, on(subject, device), text);
  const differences = (a: Float32Array, b: Float32Array) => a.map((value, i) => Math.abs(value - b[i]));
  return {
    tokens: cpu.ids.length,
    worstLogprob: rounded(Math.max(...differences(cpu.logprobs, other.logprobs).subarray(1))),
    otherTopIds: cpu.topIds.filter((id, i) => id !== other.topIds[i]).length,
    saes: cpu.saes.map((_, sae) => latents(cpu, other, sae)),
    cpu,
    other,
  };
}

/** Active latents that only one of them names, and the worst relative error of an activation that both do. */
function latents(cpu: Analysis, other: Analysis, sae: number) {
  let [named, apart, worst, largestApart] = [0, 0, 0, 0];
  const row = ({ saes }: Analysis, t: number) => {
    const { rows, indices, values } = saes[sae];
    return new Map(
      Array.from({ length: rows[t + 1] - rows[t] }, (_, i) => [indices[rows[t] + i], values[rows[t] + i]]),
    );
  };
  for (let t = 0; t < cpu.ids.length; t++) {
    const [expected, actual] = [row(cpu, t), row(other, t)];
    named += expected.size;
    for (const [latent, value] of expected) {
      const found = actual.get(latent);
      if (found === undefined) [apart, largestApart] = [apart + 1, Math.max(largestApart, value)];
      else worst = Math.max(worst, Math.abs(found - value) / value);
    }
    for (const [latent, value] of actual)
      if (!expected.has(latent)) [apart, largestApart] = [apart + 1, Math.max(largestApart, value)];
  }
  return { named, apart, largestApart: rounded(largestApart), worstRelative: rounded(worst) };
}

let run = 0;

const asked = (
  subject: DeviceSubject,
  device: Device,
  text: string,
  more: Partial<GenerateParams> = {},
): GenerateParams => ({
  ...on(subject, device),
  run: `bench:agree:${run++}`,
  messages: [{ role: null, text }],
  steering: [],
  sampling: greedy,
  maxTokens: written,
  samples: 1,
  stop: [],
  ...more,
});

/** Where two texts part, and how far apart the two tokens were there: about 0 where rounding decided. */
interface Parting {
  what: string;
  prompt: number;
  step: number;
  gap: number;
}

/** Compares what both write under edits. */
class Texts {
  same = 0;
  of = 0;
  worstLogprob = 0;
  readonly parted: Parting[] = [];

  add(what: string, prompt: number, cpu: Generated, other: Generated): void {
    other.samples.forEach((sample, i) => {
      const [a, b] = [cpu.samples[i] ?? cpu.samples[0], sample];
      this.of++;
      let step = 0;
      while (step < a.ids.length && a.ids[step] === b.ids[step]) {
        this.worstLogprob = rounded(
          Math.max(this.worstLogprob, Math.abs(a.logprobs[step] - b.logprobs[step])),
        );
        step++;
      }
      if (step === a.ids.length && step === b.ids.length) this.same++;
      else
        this.parted.push({ what, prompt, step, gap: rounded(Math.abs(a.logprobs[step] - b.logprobs[step])) });
    });
  }
}

async function texts(
  host: EngineHost,
  subject: DeviceSubject,
  device: Device,
  cases: [what: string, more: Partial<GenerateParams>][],
  prompts: number,
): Promise<Texts> {
  const found = new Texts();
  for (const [what, more] of cases)
    for (let prompt = 0; prompt < prompts; prompt++) {
      const [cpu, other] = [
        await host.generate(asked(subject, "cpu", beginnings[prompt], more)),
        await host.generate(asked(subject, device, beginnings[prompt], { samples: byGraph, ...more })),
      ];
      found.add(what, prompt, cpu, other);
    }
  return found;
}

/** Edits that change nothing and yet changed a bit of what the device writes. */
export async function notNeutral(
  host: EngineHost,
  subject: DeviceSubject,
  device: Device,
  edits: [string, SteeringEdit[]][],
) {
  const one = async (steering: SteeringEdit[]) => {
    const params = { steering, samples: byGraph, maxTokens: writtenSteered };
    return (await host.generate(asked(subject, device, beginnings[0], params))).samples[0];
  };
  const base = await one([]);
  const changed: { what: string; sameText: boolean; worstLogprob: number }[] = [];
  for (const [what, steering] of edits) {
    const sample = await one(steering);
    const worst = Math.max(...base.logprobs.map((value, i) => Math.abs(value - sample.logprobs[i])));
    if (worst !== 0)
      changed.push({ what, sameText: base.text === sample.text, worstLogprob: rounded(worst) });
  }
  return { of: edits.length, changed };
}

/** Plain texts of a device's own graph. */
export const greedyTexts = (host: EngineHost, subject: DeviceSubject, device: Device, prompts: number) =>
  texts(host, subject, device, [["plain", {}]], prompts);

/** Texts under every operation. @param analysis of the CPU, whose latents fire */
export async function steeredTexts(
  host: EngineHost,
  subject: DeviceSubject,
  device: Device,
  analysis: Analysis,
) {
  const described = await host.describe(on(subject, "cpu"));
  const cases = operations(described, analysis).map(([what, steering]): [string, Partial<GenerateParams>] => [
    what,
    { steering, maxTokens: writtenSteered },
  ]);
  return texts(host, subject, device, cases, 1);
}

/** Sampled texts, eight at once. */
export const sampledTexts = (host: EngineHost, subject: DeviceSubject, device: Device) => {
  const sampling = { ...greedy, temperature: 0.8, seed: 7 };
  return texts(host, subject, device, [["eight samples", { samples: 8, sampling }]], 1);
};

/** Whether a device gives the CPU's numbers and texts. @param prompts beginnings that are continued, at most ten */
export async function agreement(host: EngineHost, subject: DeviceSubject, device: Device, prompts: number) {
  const { cpu, other: _, ...analysis } = await analyses(host, subject, device);
  const described = await host.describe(on(subject, "cpu"));
  return {
    analysis,
    greedy: await greedyTexts(host, subject, device, prompts),
    steered: await steeredTexts(host, subject, device, cpu),
    sampled: await sampledTexts(host, subject, device),
    neutral: await notNeutral(host, subject, device, neutralEdits(described)),
  };
}
