import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Model } from "../../../server/src/engine/models/model.ts";
import { openResiduals, type Residuals } from "../../../server/src/engine/models/residuals.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { ShardScan } from "../../../server/src/engine/scan/shard.ts";
import { WeightReader } from "../../../server/src/engine/scan/weight-facts.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import type { FeatureResult } from "../../../server/src/protocol/feature.ts";
import { histogramBins, histogramEdges } from "../../../server/src/protocol/scan.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { StoreWriter } from "../../../server/src/store/writer.ts";

const facts = join(import.meta.dirname, "facts");
const models = join(import.meta.dirname, "../models/facts");
const onCpu = { device: "cpu", threads: 1 } as const;
const tolerance = 1e-4;
const close = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.max(1e-3, Math.abs(b));

interface Facts {
  windows: number;
  context: number;
  medianNorm: number;
  tokens: number;
  outside: number;
  frequency: number[];
  maximum: number[];
  latents: Record<
    string,
    { mean: number; histogram: number[]; top: [window: number, position: number, activation: number][] }
  >;
}
const stored = JSON.parse(readFileSync(join(facts, "statistics.json"), "utf8")) as Facts;

/** The generator of make_facts.py. */
function tokenIds(): Int32Array {
  let state = 1;
  return Int32Array.from({ length: stored.windows * stored.context }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 16) % 61;
  });
}

/** A set-up whose texts are lists of token ids. */
const setupOf = (model: Model, sae: Sae) =>
  ({
    model,
    saes: [{ sae, statistics: { medianNorm: stored.medianNorm } }],
    text: { isSpecial: () => false, text: (id: number) => ` ${id}` },
    description: { setupId: "tiny", saes: [{ id: "tiny", width: sae.config.width }] },
    encode: ([{ text }]: { text: string }[]) => {
      const ids = Int32Array.from(text.split(" "), Number);
      const zeros = new Int32Array(ids.length);
      const places = Int32Array.from(ids, (_, i) => i);
      return {
        ids,
        spans: {
          message: zeros,
          start: places,
          end: places.map((i) => i + 1),
          special: new Uint8Array(ids.length),
        },
      };
    },
  }) as unknown as LoadedSetup;

describe("statistics of a scan against NumPy on SAELens' activations, 20,480 tokens", () => {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-store-"));
  let model: Model;
  let sae: Sae;
  let residuals: Residuals;
  const features = new Map<number, FeatureResult>();

  beforeAll(async () => {
    model = await Model.open(join(models, "llama-gqa-f32"), onCpu);
    sae = await Sae.open(join(facts, "sae"), onCpu);
    residuals = await openResiduals(model, [sae.hook], onCpu);
    const setup = setupOf(model, sae);
    const { hook } = sae;
    const { width, architecture } = sae.config;
    const path = join(folder, "features.sqlite");
    const corpus = { files: [], field: "text", context: stored.context, maxTokens: null };
    const identity = {
      model: { id: "tiny", sha256: "0" },
      saes: [{ id: "tiny", hook, width, sha256: "0" }],
      corpus,
      seed: 1,
    };
    const writer = await StoreWriter.open(path, identity, [
      { id: "tiny", hook, architecture, width, conventions: [] },
    ]);
    const ids = tokenIds();
    const documents = Array.from({ length: stored.windows }, (_, number) => ({
      number,
      messages: [
        { role: null, text: ids.subarray(number * stored.context, (number + 1) * stored.context).join(" ") },
      ],
    }));
    for (let shard = 0; shard * 50 < documents.length; shard++) {
      const part = documents.slice(shard * 50, (shard + 1) * 50);
      const scan = new ShardScan({
        model: "tiny",
        saes: ["tiny"],
        device: "cpu",
        shard,
        documents: part,
        context: stored.context,
        maxTokens: null,
        seed: 1,
      });
      while (await scan.step(setup, residuals));
      await writer.merge(scan.finish(setup), part.length, {
        source: (document) => String(document),
        range: (_document, _message, start, end) => ({ start, end }),
      });
    }
    await writer.index(true);
    writer.close();
    const reader = StoreReader.open(path);
    for (let latent = 0; latent < width; latent++) features.set(latent, reader.feature(0, latent));
    reader.close();
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await residuals.release();
    await sae.release();
    await model.release();
  });

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
