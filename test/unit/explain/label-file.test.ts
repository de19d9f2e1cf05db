import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withAutomatic } from "../../../server/src/analysis/automatic-labels.ts";
import {
  labelFile,
  mayHaveLabels,
  readLabelFile,
  writeLabel,
} from "../../../server/src/explain/label-file.ts";
import type { LabelEvidence } from "../../../server/src/protocol/feature.ts";

let folder: string;
const model = { id: "/models/some model", sha256: "aa" };
const sae = { id: "res/5", hook: "blocks.5.hook_resid_post", sha256: "bb" };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-automatic-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const label = (text: string, maker: string, more: Partial<LabelEvidence> = {}): LabelEvidence => ({
  ...{ text, source: "automatic", maker, scores: {}, from: null },
  ...more,
});
const scoring = {
  ...{ judge: "j", date: "2026-01-01T00:00:00Z", verified: true },
  ...{ activating: 25, nonActivating: 25, unread: 0 },
};

it("keeps a label a line, by latent, and one of each maker", () => {
  const file = labelFile(folder, { model, sae });
  expect(mayHaveLabels(folder, model.id, sae.id)).toBe(false);
  expect(readLabelFile(file).size).toBe(0);
  writeLabel(file, 20, label("gates", "a"));
  writeLabel(file, 3, label("doors", "a", { scores: { detection: 0.9 }, scoring }));
  writeLabel(file, 20, label("walls", "b"));
  writeLabel(file, 20, label("old gates", "a"));
  expect(mayHaveLabels(folder, model.id, sae.id)).toBe(true);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.map((it) => JSON.parse(it)).map(({ feature, text }) => [feature, text])).toEqual([
    [3, "doors"],
    [20, "walls"],
    [20, "old gates"],
  ]);
  expect(readLabelFile(file)).toBe(readLabelFile(file));
  expect(readLabelFile(file).get(3)).toEqual([
    { feature: 3, ...label("doors", "a", { scores: { detection: 0.9 }, scoring }) },
  ]);
  expect(readdirSync(dirname(file))).toHaveLength(1);
});

it("belongs to the content of model and SAE, whatever they are called", () => {
  const own = labelFile(folder, { model, sae });
  expect(labelFile(folder, { model: { ...model, sha256: "ab" }, sae })).not.toBe(own);
  expect(labelFile(folder, { model, sae: { ...sae, sha256: "bc" } })).not.toBe(own);
  expect(labelFile(folder, { model, sae: { ...sae, hook: "blocks.4.hook_resid_post" } })).not.toBe(own);
  expect(labelFile(folder, { model, sae })).toBe(own);
});

it.each([
  "{",
  '{"feature":-1}',
  '{"feature":1,"text":"x","source":"nobody","maker":"","scores":{},"from":null}',
])("names the line that cannot be read, and leaves the file alone: %s", (line) => {
  const file = labelFile(folder, { model, sae });
  writeLabel(file, 1, label("gates", "a"));
  appendFileSync(file, `\n${line}\n`);
  const before = readFileSync(file, "utf8");
  expect(() => readLabelFile(file)).toThrow("line 3");
  expect(() => writeLabel(file, 2, label("doors", "a"))).toThrow("line 3");
  expect(readFileSync(file, "utf8")).toBe(before);
  writeFileSync(file, "");
  expect(readLabelFile(file).size).toBe(0);
});

it("gives scores to the label that they are of, and to no other text", () => {
  const file = labelFile(folder, { model, sae });
  const own = label("gates", "me", { source: "user" });
  const truth = label("gates", "truth", { source: "ground truth", scores: { f1: 0.9 } });
  writeLabel(file, 1, { ...own, scores: { detection: 0.8 }, scoring });
  writeLabel(file, 1, { ...truth, scores: { f1: 0.5, fuzzing: 0.7 }, scoring });
  writeLabel(file, 1, label("doors", "a"));
  const found = readLabelFile(file).get(1);
  expect(withAutomatic([own, truth], found)).toEqual([
    { ...own, scores: { detection: 0.8 }, scoring },
    { ...truth, scores: { f1: 0.9, fuzzing: 0.7 }, scoring },
    label("doors", "a"),
  ]);
  expect(withAutomatic([{ ...own, text: "old gates" }], found)).toEqual([
    { ...own, text: "old gates" },
    label("doors", "a"),
  ]);
  expect(withAutomatic([own], undefined)).toEqual([own]);
});
