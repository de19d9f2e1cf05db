import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { type ExplainMany, explainMany } from "../../../server/src/explain/explain-many.ts";
import { readLabelFile } from "../../../server/src/explain/label-file.ts";
import { explainProblem } from "../../../server/src/explain/problems.ts";
import { requireSameWeights } from "../../../server/src/explain/same-weights.ts";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import type { ChatMessage } from "../../../server/src/protocol/requests.ts";
import type { KeptExample } from "../../../server/src/store/kept-examples.ts";

let folder: string;
let file: string;
let asked: string[];
let source: CancellationTokenSource;
/** What the judge does in the place of an answer. */
let instead: (question: string) => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-many-"));
  file = join(folder, "labels.jsonl");
  asked = [];
  source = new CancellationTokenSource();
  instead = () => {};
  contrast.most = 99;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Latent 9 never fires. */
const examplesOf = (feature: number): KeptExample[] =>
  Array.from({ length: feature === 9 ? 0 : 40 }, (_, i) => ({
    tokens: [`of ${feature}: ${i}`, " more"],
    activations: [i + 1, 0],
    ...{ peak: 0, source: "a", range: null, window: i },
  }));
const store = {
  saes: [{ id: "s" }],
  examples: (_: number, feature: number) => ({ top: [], sample: examplesOf(feature) }),
  feature: () => ({ weights: null, statistics: { maximum: 40 } }),
};
const contrast = {
  disposed: 0,
  /** Passages that it finds at most. */
  most: 99,
  silent: async ({ count }: { count: number }) => ({
    passages: Array.from({ length: Math.min(contrast.most, count) }, (_, i) => ({
      ...{ tokens: ["none", ` ${i}`], activations: [0, 0], window: 100 + i },
    })),
    verified: true,
  }),
  dispose: () => void contrast.disposed++,
};
/** Knows that texts of a latent begin with “of”. */
const judge = {
  name: "j",
  atOnce: 3,
  complete: async ([, { content }]: ChatMessage[]) => {
    asked.push(content);
    instead(content);
    const texts = [...content.matchAll(/^Text \d+: (.*)$/gm)].map(([, text]) => text);
    if (!content.includes("active on:")) return `the label of ${/of (\d+)/.exec(content)![1]}`;
    return JSON.stringify(texts.map((text) => Number(/^(<<)?of/.test(text))));
  },
};
const run = (features: number[], more: Partial<ExplainMany> = {}) =>
  explainMany(
    {
      ...({ store, contrast, judge } as unknown as ExplainMany),
      ...{ sae: 0, features, labels: null, file, again: false },
      ...more,
    },
    source.token,
    { progress: () => {}, labelled: () => {} },
  );
const keptTexts = () => [...readLabelFile(file).values()].flat().map(({ text }) => text);

it("labels one after another, keeps each, and goes on without those that cannot be labelled", async () => {
  const { results, failed, skipped, left } = await run([1, 9, 2]);
  expect(results.map(({ label }) => [label.text, label.scores])).toEqual([
    ["the label of 1", { detection: 1, fuzzing: 1 }],
    ["the label of 2", { detection: 1, fuzzing: 1 }],
  ]);
  expect(failed).toMatchObject([{ feature: 9, problem: { code: "label-needs-examples" } }]);
  expect([skipped, left]).toEqual([[], []]);
  expect(keptTexts()).toEqual(["the label of 1", "the label of 2"]);
});

it("does nothing again unless it is asked to, and what another maker made does not count", async () => {
  await run([1]);
  const before = asked.length;
  expect(await run([1, 2])).toMatchObject({ skipped: [1], results: [{ feature: 2 }] });
  expect((await run([1], { judge: null })).results).toHaveLength(1);
  const after = asked.length;
  expect(after).toBeLessThan(2 * before + 1);
  expect((await run([1], { again: true })).results).toHaveLength(1);
  expect(asked.length).toBeGreaterThan(after);
});

it("ends with the judge's problem, what was done before being kept, and goes on there the next time", async () => {
  instead = (question) => {
    if (question.includes("of 2:")) throw explainProblem("endpoint-failed", "No.", "Ask again.");
  };
  const disposed = contrast.disposed;
  await expect(run([1, 2, 3])).rejects.toMatchObject({ problem: { code: "endpoint-failed" } });
  expect(contrast.disposed).toBe(disposed + 1);
  expect(keptTexts()).toEqual(["the label of 1"]);
  instead = () => {};
  expect(await run([1, 2, 3])).toMatchObject({
    skipped: [1],
    results: [{ feature: 2 }, { feature: 3 }],
  });
});

it("says what is left where it is cancelled", async () => {
  instead = (question) => {
    if (!question.includes("of 2:")) return;
    source.cancel();
    throw new CancelledError();
  };
  expect(await run([1, 2, 3])).toMatchObject({ results: [{ feature: 1 }], left: [2, 3] });
});

it("scores labels that are there on activations that they say something of", async () => {
  const label = {
    ...{ text: "the label of 1", source: "ground truth" as const, maker: "truth" },
    ...{ scores: { f1: 0.9 }, from: 0.5 },
  };
  const { results } = await run([1], { labels: () => [label] });
  expect(results).toMatchObject([
    { label: { ...label, scores: { f1: 0.9, detection: 1, fuzzing: 1 }, scoring: { judge: "j" } } },
  ]);
  // Of 40 passages 21 are at least half as strong as the strongest.
  const shown = new Set(
    asked
      .join("\n")
      .match(/of 1: \d+/g)!
      .map((it) => Number(it.slice(6))),
  );
  expect(Math.min(...shown)).toBeGreaterThanOrEqual(19);
  expect(shown.size).toBe(results[0].label.scoring!.activating);
  const again = await run([1], { labels: () => [{ ...label, scoring: results[0].label.scoring }] });
  expect(again.skipped).toEqual([1]);
});

it("tests as many texts of both kinds, and gives no score where there are too few", async () => {
  contrast.most = 7;
  const [{ label }] = (await run([1])).results;
  expect(label.scoring).toMatchObject({ activating: 7, nonActivating: 7 });
  // Of all bands, the weakest too.
  const tested = asked
    .slice(1)
    .join("\n")
    .match(/of 1: \d+/g)!;
  expect(new Set(tested).size).toBe(7);
  expect(Math.min(...tested.map((it) => Number(it.slice(6))))).toBeLessThan(8);
  contrast.most = 4;
  const [few] = (await run([2])).results;
  expect(few.label.scores).toEqual({});
  expect(few.notes.join()).toContain("Unscored");
  expect(keptTexts()).toEqual(["the label of 1", "the label of 2"]);
});

it("takes no examples of other weights", () => {
  const identity = (sha256: string) => ({
    model: { id: "m", sha256: "aa" },
    saes: [{ id: "s", hook: "h", width: 3, sha256 }],
  });
  const reader = { identity: identity("bb"), path: "/a.sqlite" } as never;
  expect(() => requireSameWeights(reader, identity("bb"), 0)).not.toThrow();
  expect(() => requireSameWeights(reader, identity("cc"), 0)).toThrow(/\/a\.sqlite .*changed since/);
});
