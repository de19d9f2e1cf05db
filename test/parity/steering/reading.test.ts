import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type {
  PooledLatents,
  ReadSide,
  ReadText,
  SteeringEdit,
} from "../../../server/src/protocol/steering.ts";
import { asked, assets, engine, never, sha256 } from "./engine.ts";
import { readGeneration } from "./generation-facts.ts";

interface SideFacts {
  logprobs: number[];
  latents: { indices: number[]; mean: number[]; maximum: number[] }[];
}
interface Facts {
  weights: string;
  saes: string[];
  text: Omit<ReadText, "ids"> & { ids: number[] };
  base: SideFacts;
  cases: { name: string; edits: SteeringEdit[]; steered: SideFacts; kl: number[] }[];
}
const facts: Facts = JSON.parse(readFileSync(join(import.meta.dirname, "facts/reading.json"), "utf8"));
const service = engine();
const setup = { model: "tinytown", saes: facts.saes, device: "cpu" as const };
const text: ReadText = { ...facts.text, ids: Int32Array.from(facts.text.ids) };

/** Numbers further from the facts than 1e-4 of their size, or of `least` where they are smaller. */
const wrong = (found: ArrayLike<number>, expected: ArrayLike<number>, least: number) =>
  found.length !== expected.length
    ? [`${found.length} numbers instead of ${expected.length}`]
    : Array.from(expected).flatMap((value, i) =>
        Math.abs(found[i] - value) <= 1e-4 * Math.max(least, Math.abs(value))
          ? []
          : [`${i}: ${found[i]}, not ${value}`],
      );

function expectSide(found: ReadSide, expected: SideFacts) {
  expect(wrong(found.logprobs, expected.logprobs, 1)).toEqual([]);
  found.latents.forEach(({ indices, mean, maximum }: PooledLatents, s) => {
    const stored = expected.latents[s];
    // The embedded model's activations reach some hundreds.
    expect([...indices], `SAE ${s}`).toEqual(stored.indices);
    expect(wrong(mean, stored.mean, 10), `mean, SAE ${s}`).toEqual([]);
    expect(wrong(maximum, stored.maximum, 10), `maximum, SAE ${s}`).toEqual([]);
  });
}

describe("a text read under the model as it is and the steered one, as Transformers and SAELens have it in f64", () => {
  it("is read by the model that the facts were made with", () => {
    const now = sha256(join(assets, "tinytown/model/model.safetensors"));
    expect(now, "tinytown was trained anew: run test/parity/steering/make_reading.py").toBe(facts.weights);
  });

  it.each(facts.cases)("$name", async ({ edits, steered, kl }) => {
    const params = { ...setup, texts: [text], steering: edits, activations: true };
    const { texts } = await service.read(params, () => {}, never);
    expectSide(texts[0].base, facts.base);
    expectSide(texts[0].steered!, steered);
    expect(wrong(texts[0].kl!, kl, 0.1)).toEqual([]);
  });

  it("without steering has one side only, and no activations where none are wanted", async () => {
    const params = { ...setup, texts: [text, text], steering: [], activations: false };
    const { texts } = await service.read(params, () => {}, never);
    for (const it of texts) {
      expect([it.steered, it.kl, it.base.latents]).toEqual([null, null, []]);
      expect(wrong(it.base.logprobs, facts.base.logprobs, 1)).toEqual([]);
    }
  });

  it("gives what was generated the log-probabilities that Transformers gave it", async () => {
    const { written } = readGeneration(join(import.meta.dirname, "facts/generation.json"));
    const texts = written.map(({ prompt, ids }): ReadText => {
      return { ids: Int32Array.from([...prompt, ...ids]), from: prompt.length, roles: null };
    });
    const read = await service.read({ ...setup, texts, steering: [], activations: false }, () => {}, never);
    for (const [i, { base }] of read.texts.entries())
      expect(wrong(base.logprobs, written[i].logprobs, 1), `text ${i}`).toEqual([]);
  });

  it.each(
    facts.cases,
  )("gives what was written while $name the log-probabilities it was written with", async ({ edits }) => {
    const sampling = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 3 };
    const params = asked({ ...setup, steering: edits, samples: 4, maxTokens: 40, sampling });
    const { promptIds, samples: all } = await service.generate(
      params,
      () => {},
      () => {},
      never,
    );
    // One that ended at once has nothing to read.
    const samples = all.filter(({ ids }) => ids.length > 0);
    const texts = samples.map(
      ({ ids }): ReadText => ({
        ids: Int32Array.from([...promptIds, ...ids]),
        from: promptIds.length,
        roles: null,
      }),
    );
    const read = await service.read(
      { ...setup, texts, steering: edits, activations: false },
      () => {},
      never,
    );
    expect(new Set(all.map(({ ids }) => ids.join())).size).toBe(4);
    for (const [i, { steered }] of read.texts.entries())
      expect(wrong(steered!.logprobs, samples[i].logprobs, 1), `sample ${i}`).toEqual([]);
  });
});
