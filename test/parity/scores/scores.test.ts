import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { OutputScorer } from "../../../server/src/engine/scores/output.ts";
import { neutralPrompts } from "../../../server/src/engine/scores/prompts.ts";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { keepScores } from "../../../server/src/store/keep-scores.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { type Fact, readFacts } from "../models/facts.ts";
import { buildStore } from "../store/harness.ts";

const facts = join(import.meta.dirname, "facts");
const parity = resolve(import.meta.dirname, "..");
const assets = resolve(parity, "../../assets");
const again = "The facts are older than these files: run test/parity/scores/make_facts.py.";
const onCpu = { device: "cpu", threads: 1 } as const;
const tolerance = 1e-4;
/** Where numbers are not the facts' within a share of their size, or of a thousandth where they are smaller. */
const wrong = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  Array.from(expected).flatMap((value, i) => {
    const isRight = Number.isNaN(value)
      ? Number.isNaN(found[i])
      : Math.abs(found[i] - value) <= tolerance * Math.max(1e-3, Math.abs(value));
    return isRight ? [] : [`${i}: ${found[i]} instead of ${value}`];
  });

const tiny = readFacts(join(facts, "tiny.safetensors"));
const pairs = [...tiny.keys()].flatMap((key) => (key.endsWith(".output") ? [key.slice(0, -7)] : []));

describe.each(pairs)("output scores of %s against Transformers and SAELens", (name) => {
  const [modelName, saeName] = name.split("/");
  const fact = (part: string): Fact => tiny.get(`${name}.${part}`)!;

  test("of all latents, on texts of several lengths, in batches", async () => {
    const model = await Model.open(join(parity, "models/facts", modelName), onCpu);
    const path = join(parity, "saes/facts", saeName);
    const sae = await Sae.open(path, { ...onCpu, hook: "blocks.0.hook_resid_post" });
    const texts = neutralPrompts("tiny");
    const setup = {
      model,
      saes: [{ sae }],
      description: { model: { id: "tiny" } },
      encode: ([{ text }]: { text: string }[]) => ({
        ids: Int32Array.from(tiny.get(`ids.${texts.indexOf(text)}`)!.data),
      }),
    } as unknown as LoadedSetup;
    const scorer = await OutputScorer.open(setup, 0, onCpu, Number.POSITIVE_INFINITY);
    while (await scorer.readNext());
    const maxima = scorer.prompts.map(({ maxActivation }) => maxActivation);
    expect(wrong(maxima, fact("maxima").data)).toEqual([]);
    const [width, count] = fact("output").shape;
    const latents = Int32Array.from({ length: width }, (_, i) => i);
    const { ids, listed } = await scorer.raised(latents);
    expect(listed).toBe(20);
    const sets = (all: ArrayLike<number>) =>
      Array.from(latents, (i) =>
        Array.from(all)
          .slice(i * 20, i * 20 + 20)
          .sort((a, b) => a - b)
          .join(),
      );
    expect(sets(ids)).toEqual(sets(fact("raised").data));
    for (let p = 0; p < count; p++) {
      const expected = Array.from(latents, (i) => fact("output").data[i * count + p]);
      expect(wrong(await scorer.score(p, latents, ids), expected), `text ${p}`).toEqual([]);
    }
    await scorer.release();
    await sae.release();
    await model.release();
  });
});

describe("the embedded model", () => {
  const stored = JSON.parse(readFileSync(join(facts, "tinytown.json"), "utf8")) as {
    model: string;
    texts: string[];
    saes: Record<string, { weights: string; latents: number[]; maxima: number[]; output: number[][] }>;
  };
  const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  const cache = mkdtempSync(join(tmpdir(), "steerscope-scores-"));
  const service = new EngineService({ memoryBudgetMB: 1024, threads: 1, assets, cache });
  afterAll(() => rmSync(cache, { recursive: true }));

  test("is the one that the facts were made with", () => {
    expect(sha256(join(assets, "tinytown/model/model.safetensors")), again).toBe(stored.model);
    expect([...neutralPrompts("tinytown")], again).toEqual(stored.texts);
  });

  test.each(Object.keys(stored.saes))("output scores of %s against Transformers and SAELens", async (id) => {
    const { weights, latents, maxima, output } = stored.saes[id];
    expect(sha256(join(assets, "tinytown/saes", id, "sae_weights.safetensors")), again).toBe(weights);
    const found = await service.featureScores(
      { model: "tinytown", saes: [id], device: "cpu", sae: 0, features: Int32Array.from(latents) },
      () => {},
      { isCancellationRequested: false },
    );
    expect(
      wrong(
        found.prompts.map(({ maxActivation }) => maxActivation),
        maxima,
      ),
    ).toEqual([]);
    expect(wrong(found.output, output.flat())).toEqual([]);
  });
});

describe("input scores against NumPy on SAELens' activations, 20,480 tokens", () => {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-input-"));
  const store = join(folder, "features.sqlite");
  const expected = JSON.parse(readFileSync(join(facts, "input.json"), "utf8")) as Record<
    string,
    { texts: number; share: number | null; raised: number[] }
  >;
  beforeAll(() => buildStore(store));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("of all latents that fire in few windows; none below ten", async () => {
    const shares = Object.values(expected).map(({ share }) => share);
    expect(shares).toContain(null);
    expect(new Set(shares).size).toBeGreaterThan(5);
    for (const [latent, { texts, share, raised }] of Object.entries(expected)) {
      await keepScores(store, 0, Number(latent), {
        ...{ setupId: "", convention: "", reason: null, prompts: [], output: new Float32Array(0) },
        ...{ raised: Int32Array.from(raised), listed: raised.length },
      });
      const reader = StoreReader.open(store);
      const scores = reader.feature(0, Number(latent)).scores!;
      reader.close();
      const found = scores.input && { texts: scores.input.texts, share: scores.input.value };
      expect(found, `latent ${latent}`).toEqual(
        share === null ? null : { texts, share: expect.closeTo(share, 10) },
      );
    }
    const db = new DatabaseSync(store, { readOnly: true });
    expect(db.prepare("SELECT count(*) AS n FROM score").get()!.n).toBe(Object.keys(expected).length);
    db.close();
  });
});
