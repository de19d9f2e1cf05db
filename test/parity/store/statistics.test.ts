import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { WeightReader } from "../../../server/src/engine/scan/weight-facts.ts";
import type { FeatureResult } from "../../../server/src/protocol/feature.ts";
import { histogramBins, histogramEdges } from "../../../server/src/protocol/scan.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { buildStore, facts, models, onCpu, setupOf, stored } from "./harness.ts";

const tolerance = 1e-4;
const close = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.max(1e-3, Math.abs(b));

describe("statistics of a scan against NumPy on SAELens' activations, 20,480 tokens", () => {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-store-"));
  const features = new Map<number, FeatureResult>();

  beforeAll(async () => {
    const path = join(folder, "features.sqlite");
    await buildStore(path);
    const reader = StoreReader.open(path);
    for (let latent = 0; latent < reader.saes[0].width; latent++)
      features.set(latent, reader.feature(0, latent));
    reader.close();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("tokens that the SAE was not made for are left out and counted", () => {
    const { tokens, outside } = features.get(0)!.statistics!;
    expect({ tokens, outside }).toEqual({ tokens: stored.tokens, outside: stored.outside });
  });

  test("frequency and maximum of every latent", () => {
    const wrong = [...features].filter(([latent, { statistics }]) => {
      const { frequency, maximum } = statistics!;
      return !close(frequency, stored.frequency[latent]) || !close(maximum, stored.maximum[latent]);
    });
    expect(wrong.map(([latent]) => latent)).toEqual([]);
  });

  test.each(
    Object.keys(stored.latents).map(Number),
  )("mean, histogram and strongest examples of latent %i", (latent) => {
    const { mean, histogram, top } = stored.latents[latent];
    const found = features.get(latent)!.statistics!;
    expect(close(found.meanWhenActive, mean)).toBe(true);
    expect(found.histogram.counts.length).toBe(histogramBins);
    expect(found.histogram.edges).toEqual(histogramEdges);
    expect(found.histogram.counts).toEqual(histogram);
    expect(found.top.map(({ source, range }) => [Number(source), range!.start])).toEqual(
      top.map(([window, position]) => [window, position]),
    );
    found.top.forEach(({ activations, peak }, i) => {
      expect(close(activations[peak], top[i][2]), `example ${i}`).toBe(true);
    });
  });

  test("bands of a sample lie between the smallest and the largest activation, strongest first", () => {
    for (const { statistics } of features.values()) {
      const { bands, maximum, top, frequency, tokens } = statistics!;
      expect(bands.length).toBe(Math.min(5, Math.round(frequency * tokens)));
      bands.forEach(({ from, to, examples }, b) => {
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThanOrEqual(b === 0 ? maximum : bands[b - 1].from);
        expect(examples.length).toBeGreaterThan(0);
        for (const { activations, peak } of examples) {
          expect(activations[peak]).toBeGreaterThanOrEqual(from);
          expect(activations[peak]).toBeLessThanOrEqual(to);
        }
      });
      expect(top[0].activations[top[0].peak]).toBe(maximum);
    }
  });
});

describe.each(["llama-gqa-f32", "gpt2-f32"])("what follows from the weights, %s", (name) => {
  const expected = JSON.parse(readFileSync(join(facts, "weights.json"), "utf8"))[name] as Record<
    string,
    { norm: number; logits: number[]; neighbours: [number, number][] }
  >;

  test("norms, logit lens and neighbours", async () => {
    const model = await Model.open(join(models, name), onCpu);
    const sae = await Sae.open(join(facts, "sae"), onCpu);
    const setup = setupOf(model, sae);
    const reader = await WeightReader.open(setup, 0, onCpu);
    const base = { model: name, saes: ["tiny"], device: "cpu" as const, sae: 0 };
    for (const [latent, fact] of Object.entries(expected)) {
      const from = Number(latent);
      const found = await reader.read(setup, { ...base, from, to: from + 1 });
      expect(close(found.norm[0], fact.norm)).toBe(true);
      const best = [...fact.logits].sort((a, b) => b - a);
      for (const [list, order] of [
        [found.raised, best],
        [found.lowered, best.toReversed()],
      ] as const) {
        expect(list.ids.length).toBe(10);
        list.ids.forEach((id, k) => {
          expect(close(list.logits[k], order[k]), `place ${k}`).toBe(true);
          expect(close(fact.logits[id], order[k]), `id ${id}`).toBe(true);
        });
      }
      expect([...found.neighbours.latents]).toEqual(fact.neighbours.map(([other]) => other));
      found.neighbours.cosines.forEach((cosine, k) => {
        expect(Math.abs(cosine - fact.neighbours[k][1])).toBeLessThan(tolerance);
      });
    }
    await expect(reader.read(setup, { ...base, from: 96, to: 97 })).rejects.toThrow(/no latent 96/);
    await reader.release();
    await sae.release();
    await model.release();
  });
});
