import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Analysis, Device } from "../../../server/src/protocol/engine.ts";
import type { Generated, GenerateParams, SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { rounded } from "../stats.ts";
import { greedy } from "../steering-material.ts";
import { neutralEdits, operations } from "./edits.ts";
import { analysed, beginnings, type DeviceSubject, on, textOf } from "./subjects.ts";

/** Tokens that are written to compare texts. */
const written = 50;

/** What an accelerator says of a text beside the CPU. */
async function analyses(host: EngineHost, subject: DeviceSubject, device: Device) {
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
    cpu.samples.forEach((sample, i) => {
      const [a, b] = [sample, other.samples[i]];
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
        await host.generate(asked(subject, device, beginnings[prompt], more)),
      ];
      found.add(what, prompt, cpu, other);
    }
  return found;
}

/** Names of edits that change nothing and yet changed a bit of what is written on the device. */
async function notNeutral(
  host: EngineHost,
  subject: DeviceSubject,
  device: Device,
  edits: [string, SteeringEdit[]][],
) {
  const [base] = (await host.generate(asked(subject, device, beginnings[0]))).samples;
  const found: { what: string; sameText: boolean; worstLogprob: number }[] = [];
  for (const [what, steering] of edits) {
    const [sample] = (await host.generate(asked(subject, device, beginnings[0], { steering }))).samples;
    const worst = Math.max(...base.logprobs.map((value, i) => Math.abs(value - sample.logprobs[i])));
    if (worst !== 0) found.push({ what, sameText: base.text === sample.text, worstLogprob: rounded(worst) });
  }
  return { of: edits.length, changed: found };
}

/** Whether a device gives the CPU's numbers and texts. @param prompts beginnings that are continued, at most ten */
export async function agreement(host: EngineHost, subject: DeviceSubject, device: Device, prompts: number) {
  const { cpu, ...analysis } = await analyses(host, subject, device);
  const described = await host.describe(on(subject, "cpu"));
  const sampling = { ...greedy, temperature: 0.8, seed: 7 };
  return {
    analysis,
    greedy: await texts(host, subject, device, [["plain", {}]], prompts),
    steered: await texts(
      host,
      subject,
      device,
      operations(described, cpu).map(([what, steering]) => [what, { steering }]),
      Math.min(2, prompts),
    ),
    samples: await texts(
      host,
      subject,
      device,
      [
        ["four samples", { samples: 4, sampling }],
        ["eight samples", { samples: 8, sampling }],
      ],
      1,
    ),
    neutral: await notNeutral(host, subject, device, neutralEdits(described)),
  };
}
