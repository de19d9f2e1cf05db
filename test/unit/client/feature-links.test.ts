import { beforeEach, expect, it } from "vitest";
import { copyFeatureLink, labelFeature } from "../../../client/src/feature-actions.ts";
import { featureItemsAt } from "../../../client/src/feature-items.ts";
import { linkTo, readLink } from "../../../client/src/feature-link.ts";
import { occurrencesIn } from "../../../client/src/occurrences.ts";
import { targetOfLink } from "../../../client/src/open-link.ts";
import type { FeatureResult } from "../../../server/src/protocol/feature.ts";
import type { RankedInspect } from "../../../server/src/protocol/panel.ts";
import { answers, copied, open, reset, told, Uri, workspace } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

let numbers: FakeNumbers;
beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
});

const answer = {
  model: "m",
  sae: { id: "s" },
  feature: 3,
  labels: [{ source: "user", text: "mine" }],
} as unknown as FeatureResult;
/** As VS Code hands a link on: its query decoded once. */
const handed = (link: string) => {
  const { pathname: path, search } = new URL(link);
  return { path, query: decodeURIComponent(search.slice(1)) };
};

it.each([
  "tinytown",
  "HuggingFaceTB/SmolLM2-135M@main",
  "a&b=c+d e#f%20g",
  "/folder/ü?x",
])("a link leads back to what it was made from: %s", (model) => {
  const named = { model, sae: "resid@blocks.1.hook_resid_post", feature: 12 };
  const link = linkTo(named, "vscode", "steerscope.steerscope");
  expect(link).toMatch(/^vscode:\/\/steerscope\.steerscope\/feature\?model=/);
  expect(readLink(handed(link))).toEqual(named);
});

it.each([
  ["/feature", "model=m&sae=s"],
  ["/feature", "model=m&sae=s&feature=-1"],
  ["/feature", "model=m&sae=s&feature=1e3"],
  ["/feature", "model=m&sae=&feature=1"],
  ["/feature", `model=${"m".repeat(1000)}&sae=s&feature=1`],
  ["/other", "model=m&sae=s&feature=1"],
  ["/feature", ""],
])("refuses %s?%s", (path, query) => {
  expect(readLink({ path, query })).toBeNull();
});

it("copies a link to the feature", async () => {
  await copyFeatureLink(answer, "steerscope.steerscope");
  expect(copied).toEqual(["vscode://steerscope.steerscope/feature?model=m&sae=s&feature=3"]);
});

it("opens a link's feature in the file at hand, and no other model than the one in use", async () => {
  open("/prompts/a.prompt");
  const uri = "file:///prompts/a.prompt";
  const link = (model: string) => ({ path: "/feature", query: `model=${model}&sae=s&feature=3` }) as never;
  const good = targetOfLink(numbers, link("m"));
  expect(numbers.asked[0].params).toEqual({ textDocument: { uri }, sae: "s", feature: 3 });
  await numbers.answer(answer);
  expect(await good).toEqual({ uri, sae: "s", feature: 3 });
  const other = targetOfLink(numbers, link("elsewhere/m"));
  await numbers.answer(answer);
  expect(await other).toBeUndefined();
  expect(told.at(-1)).toMatch(/elsewhere\/m.*Choose model/);
  const missing = targetOfLink(numbers, link("m"));
  await numbers.answer(new Error("There is no latent 3."));
  expect(await missing).toBeUndefined();
  expect(told.at(-1)).toContain("There is no latent 3.");
  expect(await targetOfLink(numbers, { path: "/feature", query: "" } as never)).toBeUndefined();
  expect(told.at(-1)).toContain("names no feature");
});

it("writes a label that was typed, not one that was given up", async () => {
  const target = { sae: "s", feature: 3 };
  answers.push(undefined);
  expect(await labelFeature(numbers, target, answer)).toBe(false);
  answers.push("a label");
  const written = labelFeature(numbers, target, answer);
  await settled();
  expect(numbers.asked[0]).toMatchObject({
    method: "steerscope/labelFeature",
    params: { ...target, text: "a label" },
  });
  await numbers.answer({ file: "f" });
  expect(await written).toBe(true);
  answers.push("x");
  const failed = labelFeature(numbers, target, answer);
  await settled();
  await numbers.answer(new Error("Correct the file."));
  expect(await failed).toBe(false);
  expect(told.at(-1)).toContain("Correct the file.");
});

it("does not write over changes to the label file that are not saved", async () => {
  const file = new Uri("/prompts/.vscode/steerscope-labels.yaml");
  workspace.textDocuments.push({ uri: file, version: 1, isDirty: true });
  answers.push(undefined, "x");
  expect(await labelFeature(numbers, { sae: "s", feature: 3 }, answer)).toBe(false);
  expect(told.at(-1)).toContain("Save it first");
  expect(numbers.asked).toEqual([]);
});

it("shows the text around an occurrence, and only as many rows as are read", () => {
  const at = (line: number, from: number, to: number, endLine = line) => ({
    range: { start: { line, character: from }, end: { line: endLine, character: to } },
    activation: 1,
  });
  const scale = { value: 1, from: "this file" as const };
  const place = { uri: "u", file: "f", lines: [`${"x".repeat(100)}word`, "next"] };
  const tokens = [at(0, 100, 104), at(0, 104, 0, 1), ...Array.from({ length: 300 }, () => at(1, 0, 4))];
  const fires = { sae: "s", feature: 1, label: null, scale, version: 4, tokens };
  const found = occurrencesIn(fires, place);
  expect(found).toMatchObject({ version: 4, total: 302 });
  expect(found.rows).toHaveLength(200);
  expect(found.rows[0]).toEqual({ line: 1, before: "x".repeat(40), text: "word", after: "", activation: 1 });
  expect(found.rows[1]).toMatchObject({ text: "\n", after: "" });
});

it("offers the features under the cursor, or those of the file where none fires there", () => {
  const token = (line: number, from: number, to: number, feature: number) => ({
    text: "t",
    virtual: false,
    outside: [false],
    range: { start: { line, character: from }, end: { line, character: to } },
    features: [{ sae: 0, feature, activation: 1, label: null }],
  });
  const inspected = {
    saes: [{ id: "s" }],
    scales: [],
    tokens: [token(0, 0, 3, 1), token(0, 3, 6, 2), token(1, 0, 2, 3)],
  } as unknown as RankedInspect;
  const at = (line: number, character: number) =>
    featureItemsAt("u", inspected, { line, character }).map(({ target }) => target.feature);
  expect(at(0, 0)).toEqual([1]);
  expect(at(0, 3)).toEqual([2]);
  expect(at(1, 1)).toEqual([3]);
  expect(at(1, 2)).toEqual([1, 2, 3]);
});
