import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { toEvidence } from "../../server/src/analysis/feature.ts";
import { Contrast } from "../../server/src/explain/contrast.ts";
import { EndpointJudge, endpointOf } from "../../server/src/explain/endpoint.ts";
import { explain, scoreLabel } from "../../server/src/explain/explain.ts";
import { strengthOf, textOf } from "../../server/src/explain/passage.ts";
import { split } from "../../server/src/explain/split.ts";
import { EngineHost } from "../../server/src/host/engine-host.ts";
import type { FeatureLabel, SaeInfo } from "../../server/src/protocol/engine.ts";
import type { LabelEvidence } from "../../server/src/protocol/feature.ts";
import { scan } from "../../server/src/scan/scan.ts";
import { StoreReader } from "../../server/src/store/reader.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { Oracle } from "./oracle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "steerscope-explain-"));
const documents = [...generate({ n: 1500, seed: 11, split: "train" })];
const { token } = new CancellationTokenSource();
/** Latents with a label that is true of them. */
const most = 40;

let host: EngineHost;
let oracle: Oracle;
let judge: EndpointJudge;
let store: StoreReader;
let contrast: Contrast;
let sae: SaeInfo;
let chosen: [feature: number, label: FeatureLabel][];

beforeAll(async () => {
  const corpus = join(folder, "town.jsonl");
  writeFileSync(corpus, documents.map(({ text }) => JSON.stringify({ text })).join("\n"));
  host = new EngineHost({
    module: join(root, "dist/engine.js"),
    options: { memoryBudgetMB: 4096, threads: 0, assets: join(root, "assets"), cache: folder },
  });
  const described = await host.describe({ model: "tinytown", saes: null, device: "cpu" });
  sae = described.saes.find(({ hook }) => /blocks\.[23]\./.test(hook)) ?? described.saes[0];
  const setup = { model: "tinytown", saes: [sae.id], device: "cpu" as const };
  const path = join(folder, "features.sqlite");
  const request = { setup, corpus: [corpus], store: path, field: "text", context: null, maxTokens: null };
  await scan(host, request, () => {}, token);
  store = StoreReader.open(path);
  contrast = new Contrast(store, host, setup, 0);
  oracle = await Oracle.start(documents);
  judge = new EndpointJudge(endpointOf({ endpoint: oracle.base, model: "oracle", keyVariable: "" }));
  const good = [...sae.labels].filter(([, { text, f1 = 0 }]) => f1 >= 0.8 && oracle.knows(text));
  const count = Math.min(most, good.length);
  chosen = Array.from({ length: count }, (_, i) => good[Math.floor((i * good.length) / count)]);
}, 300_000);
afterAll(async () => {
  store?.close();
  await oracle?.close();
  host?.dispose();
  rmSync(folder, { recursive: true });
});

const subject = (feature: number) => ({ store, sae: 0, feature, contrast });
const mean = (values: number[]) => values.reduce((sum, it) => sum + it, 0) / values.length;

/** Both scores of labels, those of latents with too few examples left out. */
async function scoresOf(labels: [number, LabelEvidence][]) {
  const scored: LabelEvidence[] = [];
  for (const [feature, label] of labels) {
    const result = await scoreLabel(subject(feature), { ...label, scores: {} }, judge, () => {}, token);
    if (result.label.scoring) scored.push(result.label);
    else expect(result.notes.join()).toContain("Unscored");
  }
  const of = (kind: string) => mean(scored.map(({ scores }) => scores[kind]));
  return { labels: scored, detection: of("detection"), fuzzing: of("fuzzing") };
}

it("scores labels that are true high, and the same labels on other latents near chance", async () => {
  const truth = chosen.map(([feature, label]): [number, LabelEvidence] => [feature, toEvidence(label)]);
  const right = await scoresOf(truth);
  // Each gets another one's text; where that is the same, none.
  const half = Math.floor(truth.length / 2);
  const others = truth.flatMap(([feature, label], i): [number, LabelEvidence][] => {
    const { text } = truth[(i + half) % truth.length][1];
    return text === label.text ? [] : [[feature, { ...label, text }]];
  });
  const wrong = await scoresOf(others);
  console.info(
    `true: detection ${right.detection.toFixed(3)}, fuzzing ${right.fuzzing.toFixed(3)} over ${right.labels.length}; shuffled: ${wrong.detection.toFixed(3)}, ${wrong.fuzzing.toFixed(3)} over ${wrong.labels.length}`,
  );
  expect(right.labels.length).toBeGreaterThanOrEqual(20);
  expect(wrong.labels.length).toBeGreaterThanOrEqual(20);
  expect(right.detection).toBeGreaterThanOrEqual(0.85);
  expect(right.fuzzing).toBeGreaterThanOrEqual(0.85);
  for (const score of [wrong.detection, wrong.fuzzing]) {
    expect(score).toBeGreaterThan(0.4);
    expect(score).toBeLessThan(0.6);
  }
  for (const { scoring } of [...right.labels, ...wrong.labels])
    expect(scoring).toMatchObject({ unread: 0, verified: true, judge: judge.name });
}, 180_000);

it("has no text of the test in what a label is made from, and makes a label of what is there", async () => {
  const [feature] = chosen.find(([it]) => split(store.examples(0, it), it).tested.length >= 10)!;
  oracle.questions.length = 0;
  const stages = new Set<string>();
  const { label, notes } = await explain(subject(feature), judge, ({ stage }) => stages.add(stage), token);
  expect(notes).toEqual([]);
  expect(label).toMatchObject({ source: "automatic", maker: judge.name, from: null });
  expect(oracle.knows(label.text)).toBe(true);
  expect([...stages]).toEqual(["labelling", "examples", "scoring"]);
  const [question, ...tests] = oracle.questions;
  const { tested, shown } = split(store.examples(0, feature), feature);
  const asked = question.replaceAll(/<<|>>/g, "");
  for (const passage of shown) expect(asked).toContain(textOf(passage).replace(/\r?\n/g, "⏎"));
  for (const passage of tested) expect(asked).not.toContain(textOf(passage).replace(/\r?\n/g, "⏎"));
  const weakest = tested.toSorted((a, b) => strengthOf(a) - strengthOf(b))[0];
  expect(tests.join("\n")).toContain(textOf(weakest).replace(/\r?\n/g, "⏎"));
  expect(label.scoring!.activating).toBe(tested.length);
});

it("labels without a language model, which is asked nothing", async () => {
  oracle.questions.length = 0;
  const [feature] = chosen.find(([it]) => split(store.examples(0, it), it).tested.length >= 10)!;
  const { label } = await explain(subject(feature), null, () => {}, token);
  expect(label.text).toMatch(/^fires on “/);
  expect(label).toMatchObject({ source: "automatic", maker: "tokens it fires on (no language model)" });
  expect(label.scores.detection).toBeGreaterThan(0.3);
  expect(label.scoring!.judge).toContain("no language model");
  expect(oracle.questions).toEqual([]);
});

it("says what is missing where a latent has too few examples", async () => {
  const silent = [...store.figures(0)!.maximum].indexOf(0);
  // Every latent fired on this corpus: nothing is missing then.
  if (silent < 0) return;
  await expect(explain(subject(silent), judge, () => {}, token)).rejects.toMatchObject({
    problem: { code: "label-needs-examples" },
  });
});
