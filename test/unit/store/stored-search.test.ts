import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { toFeature } from "../../../server/src/analysis/feature.ts";
import type { SaeInfo } from "../../../server/src/protocol/engine.ts";
import type { WeightFacts } from "../../../server/src/protocol/scan.ts";
import { scan } from "../../../server/src/scan/scan.ts";
import { StoredFeatures } from "../../../server/src/scan/stored-features.ts";
import { StoredSearch } from "../../../server/src/scan/stored-search.ts";
import { usualStore } from "../../../server/src/scan/stores.ts";
import { FakeEngine, width } from "./fake-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-search-"));
afterAll(() => rmSync(folder, { recursive: true }));
const places = { cache: join(folder, "cache"), assets: folder };
const store = usualStore("fake", ["fake"], places);
const corpus = join(folder, "stories.txt");
writeFileSync(corpus, "abcdefghijklmnop, the rain fell on the roofs of the town.\n");

/** Even latents raise " Cat", latent 6 most; latent 4 raises "cat" too. */
class RaisingEngine extends FakeEngine {
  override async featureWeights(params: Parameters<FakeEngine["featureWeights"]>[0]): Promise<WeightFacts> {
    const facts = await super.featureWeights(params);
    const n = params.to - params.from;
    const of = (make: (latent: number, k: number) => number) =>
      Array.from({ length: 2 * n }, (_, i) => make(params.from + (i >> 1), i % 2));
    const ids = of((latent, k) => (k === 0 ? (latent % 2 ? 65 : 500) : latent === 4 ? 501 : 66));
    const logits = of((latent, k) => (latent === 6 ? 9 : latent === 4 ? 3 + k : 2));
    const raised = { ids: Int32Array.from(ids), logits: Float32Array.from(logits) };
    const texts = new Map([...facts.texts, [500, " Cat"], [501, "cat"], [66, "B"]] as [number, string][]);
    // Latent 500 as everybody's neighbour is no token.
    const neighbours = { ...facts.neighbours, latents: new Int32Array(n).fill(501) };
    return { ...facts, texts, raised, lowered: raised, listed: 2, neighbours };
  }
}

const run = () =>
  scan(
    new RaisingEngine(),
    {
      setup: { model: "fake", saes: ["fake"], device: "cpu" },
      corpus: [corpus],
      store,
      field: "text",
      context: null,
      maxTokens: null,
    },
    () => {},
    new CancellationTokenSource().token,
  );
const search = new StoredSearch(async () => places);
let sae: SaeInfo;
let model: { id: string };
beforeAll(async () => {
  const description = await new FakeEngine().describe({ model: "fake" });
  [sae] = description.saes;
  ({ model } = description);
  expect(await search.figures(model as never, sae)).toBeNull();
  expect(await search.byExamples(model as never, sae, "rain")).toBeNull();
  await run();
});

it("finds latents by all the words that stand around what they fired on, never by labels", async () => {
  const find = (words: string, of = sae) => search.byExamples(model as never, of, words);
  const rain = (await find("RAIN fell"))!;
  expect(rain.length).toBeGreaterThan(3);
  expect(new Set(rain).size).toBe(rain.length);
  expect(await find("rain snow")).toEqual([]);
  // A label says it, and no example does.
  expect(await find("begins")).toEqual([]);
  expect(await find('rain" OR label : *')).toEqual([]);
  expect(await find("… ?")).toEqual([]);
  expect(await find("rain", { ...sae, hook: "blocks.1.hook_resid_post" })).toBeNull();
});

it("finds latents by a token they raise, the highest logit first", async () => {
  const find = (token: string) => search.byPromotedToken(model as never, sae, token);
  const cats = (await find("cat"))!;
  expect(cats.slice(0, 3)).toEqual([6, 4, 0]);
  expect(cats).toHaveLength(width / 2);
  // A space is part of the token that is meant, and then so is its case.
  expect(await find(" Cat")).toEqual(cats.filter((it) => it !== 4).toSpliced(1, 0, 4));
  expect(await find(" cat")).toEqual([]);
  expect(await find("dog")).toEqual([]);
});

it("gives figures with what they rest on, the same object until the store changes", async () => {
  const figures = (await search.figures(model as never, sae))!;
  expect(figures).toMatchObject({
    finished: true,
    source: expect.stringMatching(/^31 tokens of stories\.txt/),
  });
  expect(figures.source).toContain("feature store fake--fake");
  expect(figures.frequency).toHaveLength(width);
  expect(figures.maximum![0]).toBeGreaterThan(0);
  expect(figures.labels.get(5)).toMatchObject([{ text: "rain", scores: { f1: 0.9 } }]);
  expect(await search.figures(model as never, sae)).toBe(figures);
  rmSync(store);
  await run();
  expect(await search.figures(model as never, sae)).not.toBe(figures);
});

it("stands in for what an SAE came without, and says so", async () => {
  const latent = { model: model as never, sae, feature: 0 };
  const found = (await new StoredFeatures(async () => places).feature(latent))!;
  const { statistics } = found;
  expect(found.known).toEqual({
    frequency: statistics!.frequency,
    maximum: statistics!.maximum,
    measuredOn: expect.stringContaining("31 tokens of stories.txt"),
  });
  expect(toFeature(latent, [], found).known).toEqual(found.known);
  const calibrated = { ...sae, frequency: new Float32Array(width).fill(0.5), frequencySource: "a text" };
  const half = toFeature({ ...latent, sae: calibrated }, [], found);
  expect(half.known).toMatchObject({ frequency: 0.5, maximum: statistics!.maximum });
  expect(half.known!.measuredOn).toMatch(/^a text; the maximum on 31 tokens/);
  const whole = { ...calibrated, maximum: new Float32Array(width).fill(7) };
  expect(toFeature({ ...latent, sae: whole }, [], found).known).toEqual({
    frequency: 0.5,
    maximum: 7,
    measuredOn: "a text",
  });
  const labels = { ...latent, feature: 5 };
  const stored = (await new StoredFeatures(async () => places).feature(labels))!;
  expect(toFeature({ ...labels, sae: { ...sae, labels: new Map() } }, [], stored).labels).toMatchObject([
    { text: "rain", source: "ground truth" },
  ]);
});
