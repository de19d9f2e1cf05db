import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type ModelNode, ModelsTree } from "../../../client/src/models-tree.ts";
import { close, open, reset, type TreeItem } from "./editor.ts";
import { FakeNumbers } from "./fake-numbers.ts";

let numbers: FakeNumbers;
let tree: ModelsTree;
let changes = 0;
const uri = "file:///prompts/a.prompt";
const setup = { model: "tinytown", saes: null, modelFrom: "settings", saesFrom: "settings" };
const sae = {
  ...{ id: "resid_post_3", hook: "blocks.3.hook_resid_post", architecture: "topk", width: 512 },
  conventions: ["Folded."],
  check: { l0: 12.34, fvu: 0.1, declaredL0: 12, verdict: "suspect" },
};

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  tree = new ModelsTree(numbers);
  changes = 0;
  tree.onDidChangeTreeData(() => {
    changes++;
  });
});
afterEach(() => {
  tree.dispose();
  vi.useRealTimers();
});

async function models(): Promise<ModelNode[]> {
  const found = tree.getChildren();
  await numbers.answer(["tinytown", "org/other"]);
  await numbers.answer(setup);
  return found;
}
const itemOf = (node: ModelNode) => tree.getTreeItem(node) as unknown as TreeItem;

it("is empty and starts nothing while no prompt is open", async () => {
  open("/prompts/notes.txt");
  expect(await tree.getChildren()).toEqual([]);
  expect(numbers.asked).toHaveLength(0);
});

it("lists the model of the current prompt first, with its SAEs below it, and the others to choose", async () => {
  open("/prompts/a.prompt");
  const [own, other, ...more] = await models();
  expect(more).toEqual([]);
  expect(itemOf(own)).toMatchObject({
    label: "tinytown",
    description: "reads a.prompt",
    collapsibleState: 2,
  });
  expect(itemOf(other)).toMatchObject({
    label: "org/other",
    command: { command: "steerscope.chooseModel", arguments: ["org/other"] },
  });
  expect(await tree.getChildren(other)).toEqual([]);

  const below = tree.getChildren(own);
  expect(numbers.asked).toMatchObject([{ method: "steerscope/features", params: { count: 0 } }]);
  await numbers.answer({ of: 512, saes: [sae] });
  const [all, one] = (await below).map(itemOf);
  expect(all.command).toMatchObject({ command: "steerscope.exploreFeatures", arguments: [{}, uri] });
  expect(one).toMatchObject({
    label: "resid_post_3",
    description: "blocks.3.hook_resid_post · 512 · suspect · L0 12.3 · declared 12 · FVU 0.100",
    iconPath: { id: "warning" },
    command: { command: "steerscope.exploreFeatures", arguments: [{ sae: "resid_post_3" }, uri] },
  });
  expect(one.tooltip).toBe(
    "topk, 512 latents at blocks.3.hook_resid_post\nsuspect: L0 12.3, declared 12, FVU 0.100\nFolded.",
  );
});

it("says what is wrong in the place of what cannot be had", async () => {
  open("/prompts/a.prompt");
  const [own] = await models();
  const below = tree.getChildren(own);
  await numbers.answer(new Error("No model at “x”."));
  expect((await below).map(itemOf)).toMatchObject([{ label: "No model at “x”." }]);
  const empty = tree.getChildren(own);
  await numbers.answer({ of: 0, saes: [] });
  expect((await empty).map(itemOf)).toMatchObject([{ label: expect.stringContaining("steerscope.saes") }]);
});

it("follows a model that the file itself names, once its new text is analysed", async () => {
  open("/prompts/a.prompt");
  await models();
  vi.advanceTimersByTime(500);
  changes = 0;
  numbers.analysed.fire("file:///prompts/b.prompt");
  expect(numbers.asked).toHaveLength(0);
  numbers.analysed.fire(uri);
  expect(numbers.asked).toMatchObject([{ method: "steerscope/setup", params: { textDocument: { uri } } }]);
  await numbers.answer(setup);
  expect(changes).toBe(0);
  numbers.analysed.fire(uri);
  await numbers.answer({ ...setup, model: "org/other", modelFrom: "front matter" });
  expect(changes).toBe(1);
  numbers.analysed.fire(uri);
  await numbers.answer(new Error("The document is not open."));
  expect(changes).toBe(1);
});

it("follows the prompt that is looked at, settings and engines, and nothing else", async () => {
  const a = open("/prompts/a.prompt");
  vi.advanceTimersByTime(500);
  changes = 0;
  open("/prompts/notes.txt");
  numbers.stale.fire("file:///prompts/a.prompt");
  numbers.analysed.fire("file:///prompts/a.prompt");
  vi.advanceTimersByTime(500);
  expect(changes).toBe(0);
  expect(itemOf((await models())[0]).description).toBe("reads a.prompt");
  numbers.stale.fire(null);
  vi.advanceTimersByTime(500);
  expect(changes).toBe(1);
  close(a);
  vi.advanceTimersByTime(500);
  expect(changes).toBe(2);
  expect(await tree.getChildren()).toEqual([]);
});

it("leads to a scan with the SAE of an entry for the prompt, and is asked for anew after one", async () => {
  open("/prompts/a.prompt");
  const [own] = await models();
  const below = tree.getChildren(own);
  await numbers.answer({ of: 512, saes: [sae] });
  const [, one] = await below;
  expect(itemOf(one).contextValue).toBe("sae");
  const uri = "file:///prompts/a.prompt";
  expect(tree.scanTarget(one)).toEqual({ uri, sae: "resid_post_3" });
  expect(tree.scanTarget(own)).toEqual({ uri });
  changes = 0;
  tree.refresh();
  await Promise.resolve();
  expect(changes).toBe(1);
});
