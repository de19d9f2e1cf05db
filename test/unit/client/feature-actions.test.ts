import { beforeEach, expect, it } from "vitest";
import { labelFeature } from "../../../client/src/feature-actions.ts";
import type { FeatureResult } from "../../../server/src/protocol/feature.ts";
import { answers, open, reset, told, Uri, workspace } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const target = { textDocument: { uri: "file:///b/x.prompt" }, sae: "s", feature: 3 };
const shown = { feature: 3, sae: { id: "s" }, labels: [] } as unknown as FeatureResult;
let numbers: FakeNumbers;
beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
  workspace.workspaceFolders = [{ uri: new Uri("/a") }, { uri: new Uri("/b") }];
});

it("looks for unsaved edits in the label file that it would write, and in no other", async () => {
  const other = open("/a/.vscode/steerscope-labels.yaml");
  other.document.isDirty = true;
  const own = open("/b/.vscode/steerscope-labels.yaml");
  answers.push("x");
  const written = labelFeature(numbers, target, shown);
  await settled();
  await numbers.answer({ file: "" });
  expect(await written).toBe(true);
  own.document.isDirty = true;
  expect(await labelFeature(numbers, target, shown)).toBe(false);
  expect(told.at(-1)).toContain("Save it first");
  own.document.isDirty = false;
  // Of a closed file its folder still counts; without a file the first one does.
  expect(await labelFeature(numbers, { labelsFor: "file:///a/y", sae: "s", feature: 3 }, shown)).toBe(false);
  expect(await labelFeature(numbers, { sae: "s", feature: 3 }, shown)).toBe(false);
  expect(numbers.asked).toHaveLength(0);
});

it("refuses a label that is too long rather than cutting it", async () => {
  answers.push("x".repeat(501), "y".repeat(500));
  const written = labelFeature(numbers, target, shown);
  await settled();
  expect(told).toEqual(["A label has at most 500 characters; this one has 501."]);
  expect(numbers.asked).toMatchObject([{ params: { text: "y".repeat(500) } }]);
  await numbers.answer({ file: "" });
  expect(await written).toBe(true);
});
