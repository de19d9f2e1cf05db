import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, expect, it } from "vitest";
import { type CancellationToken, CancellationTokenSource } from "vscode-jsonrpc/node";
import { scoreLatent } from "../../../server/src/scan/feature-scores.ts";
import { type ScanRequest, scan } from "../../../server/src/scan/scan.ts";
import { dump } from "../../../server/src/store/dump.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { migrations } from "../../../server/src/store/schema.ts";
import { FakeEngine, width } from "./fake-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-scores-"));
afterAll(() => rmSync(folder, { recursive: true }));
const corpus = join(folder, "stories.txt");
// Each line is a text of its own; fewer than a store keeps as the strongest, so that these are all.
const lines = Array.from(
  { length: 18 },
  (_, i) => `${i} the wood over the road to the old moon hole room\n\n`,
);
writeFileSync(corpus, lines.join(""));
const jsonl = join(folder, "stories.jsonl");
writeFileSync(jsonl, lines.map((text) => `${JSON.stringify({ text })}\n`).join(""));
const store = join(folder, "features.sqlite");
const setup = { model: "fake", saes: ["fake"], device: "cpu" as const };
const request: ScanRequest = {
  ...{ setup, corpus: [jsonl], store, field: "text", context: null, maxTokens: null },
};
const never = new CancellationTokenSource().token;
const run = (scores: boolean, engine = new FakeEngine(), pause: CancellationToken = never) =>
  scan(engine, { ...request, scores }, () => {}, pause);

function read<T>(work: (reader: StoreReader) => T): T {
  const reader = StoreReader.open(store);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}
const scoresOf = (feature: number) => read((reader) => reader.feature(0, feature).scores);

beforeEach(() => rmSync(store, { force: true }));

it("a scan scores nothing unless it is asked to, and later what is left", async () => {
  const engine = new FakeEngine();
  await run(false, engine);
  expect(engine.scored).toEqual([]);
  expect(scoresOf(4)).toBeNull();
  expect(read((reader) => reader.scores(0))).toBeNull();
  expect(await run(true, engine)).toMatchObject({ state: "finished", added: { tokens: 0 } });
  expect(engine.scored).toEqual(Array.from({ length: width }, (_, latent) => latent));
  await run(true, engine);
  expect(engine.scored).toHaveLength(width);
});

it("keeps what scores rest on: texts, how far the latent was raised there, how many examples", async () => {
  await run(true);
  expect(scoresOf(24)!.output).toEqual({
    value: 0.5,
    weak: false,
    prompts: [
      { text: "It was a", maxActivation: 3, score: 0.5 },
      { text: "Then", maxActivation: 0, score: null },
    ],
  });
  expect(scoresOf(0)!.output).toMatchObject({ value: 0, weak: true });
  const all = read((reader) => reader.scores(0))!;
  expect(all.output[12]).toBe(0.25);
  expect(read((reader) => reader.summary(0, 24))).toMatchObject({ output: 0.5 });
});

it("the input score is the share of texts whose strongest token is one of those that are raised", async () => {
  await run(true);
  const { statistics, scores } = read((reader) => reader.feature(0, 0));
  const strongest = statistics!.top.map(({ tokens, peak }) => tokens[peak]);
  expect(strongest).toHaveLength(lines.length);
  const hits = strongest.filter((token) => token === "o" || token === "e").length;
  expect(hits).toBeGreaterThan(0);
  expect(scores!.input).toEqual({ value: hits / lines.length, texts: lines.length });
  // Odd latents raise tokens that stand nowhere.
  expect(scoresOf(1)!.input).toMatchObject({ value: 0 });
});

it("below ten texts there is no input score, and the reason is said", async () => {
  await scan(
    new FakeEngine(),
    { ...request, corpus: [corpus], maxTokens: 20, scores: true },
    () => {},
    never,
  );
  const scores = scoresOf(0)!;
  expect(scores.input).toBeNull();
  expect(scores.notes[0]).toMatch(/at least 10 texts .* only \d are/);
  expect(read((reader) => reader.scores(0))!.input[0]).toBeNaN();
});

it("that is paused goes on where it stopped, and ends with the rows of one that was not", async () => {
  await run(true);
  const whole = dump(store);
  rmSync(store);
  await run(false);
  const pause = new CancellationTokenSource();
  class Pausing extends FakeEngine {
    override async featureScores(params: Parameters<FakeEngine["featureScores"]>[0]) {
      const facts = await super.featureScores(params);
      pause.cancel();
      return facts;
    }
  }
  const latents = Int32Array.from({ length: 10 }, (_, i) => i);
  const half = new FakeEngine();
  await run(false);
  const { saes, model } = await half.describe(setup);
  for (const feature of latents)
    await scoreLatent(half, setup, { model: model as never, sae: saes[0], feature }, store);
  pause.cancel();
  expect(await run(true, new Pausing(), pause.token)).toMatchObject({ state: "paused" });
  const rest = new FakeEngine();
  expect(await run(true, rest)).toMatchObject({ state: "finished" });
  expect(rest.scored[0]).toBe(10);
  expect(dump(store)).toEqual(whole);
});

it("one latent is scored and kept on request; of other weights it is not kept", async () => {
  await run(false);
  const engine = new FakeEngine();
  const { saes, model } = await engine.describe(setup);
  const latent = { model: model as never, sae: saes[0], feature: 6 };
  const scores = await scoreLatent(engine, setup, latent, store);
  expect(scores).toEqual(scoresOf(6));
  expect(scores.input).not.toBeNull();
  engine.sha256 = "cc";
  const other = await scoreLatent(engine, setup, { ...latent, feature: 8 }, store);
  expect(other.output!.value).toBeCloseTo(8 / width);
  expect(other.input).toBeNull();
  expect(other.notes.at(-1)).toContain("whose files have changed since");
  expect(scoresOf(8)).toBeNull();
  const alone = await scoreLatent(engine, setup, latent, null);
  expect(alone).toMatchObject({ input: null, output: { value: 6 / width } });
});

it("examples of a scan that has not ended do not count", async () => {
  await run(false);
  const db = new DatabaseSync(store);
  db.exec("DELETE FROM meta WHERE key = 'finished'");
  db.close();
  const engine = new FakeEngine();
  const { saes, model } = await engine.describe(setup);
  const scores = await scoreLatent(engine, setup, { model: model as never, sae: saes[0], feature: 6 }, store);
  expect(scores.input).toBeNull();
  expect(scores.notes.at(-1)).toContain("has not reached its end");
  expect(scoresOf(6)).toBeNull();
});

it("a store that cannot be written gives its examples all the same, and the reason is said", async () => {
  await run(false);
  const engine = new FakeEngine();
  const { saes, model } = await engine.describe(setup);
  const latent = { model: model as never, sae: saes[0], feature: 6 };
  const db = new DatabaseSync(store);
  db.exec("CREATE TRIGGER full BEFORE INSERT ON score BEGIN SELECT RAISE(ABORT, 'no room is left'); END");
  db.close();
  const scores = await scoreLatent(engine, setup, latent, store);
  expect(scores.input!.texts).toBe(lines.length);
  expect(scores.notes).toEqual(["The scores were not kept. no room is left"]);
  expect(scoresOf(6)).toBeNull();
});

it("what was measured on other texts goes when newer scores come", async () => {
  await run(true);
  class Newer extends FakeEngine {
    override async featureScores(params: Parameters<FakeEngine["featureScores"]>[0]) {
      const facts = await super.featureScores(params);
      return { ...facts, prompts: facts.prompts.toReversed() };
    }
  }
  const engine = new Newer();
  const { saes, model } = await engine.describe(setup);
  await scoreLatent(engine, setup, { model: model as never, sae: saes[0], feature: 6 }, store);
  expect(scoresOf(6)).not.toBeNull();
  expect(scoresOf(7)).toBeNull();
});

it("a store of the schema before scores is brought up to date, and then scored", async () => {
  await run(false);
  const db = new DatabaseSync(store);
  const before = migrations.findIndex((step) => step.toString().includes("CREATE TABLE score"));
  expect(before).toBeGreaterThan(0);
  db.exec(`DROP TABLE score; PRAGMA user_version = ${before};`);
  db.close();
  expect(scoresOf(3)).toBeNull();
  await run(true);
  expect(scoresOf(24)!.output!.value).toBe(0.5);
});
