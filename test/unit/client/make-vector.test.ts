import { beforeEach, expect, it } from "vitest";
import { makeVector, watchSelections } from "../../../client/src/make-vector.ts";
import { answers, events, type FakeEditor, given, gone, offered, open, ran, reset, told } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const uri = "file:///prompts/a.prompt";
const recipe = "file:///prompts/a.steer.yaml";
const edit = { documentChanges: [] };
const layers = {
  ...{ model: "m", usual: "blocks.1.hook_resid_post" },
  layers: [
    { hook: "blocks.0.hook_resid_post", saes: [] },
    { hook: "blocks.1.hook_resid_post", saes: ["s"] },
  ],
};
const made = (stability: number | null) => ({
  ...{
    title: "Steer towards “glad” and away from “sad”",
    edit,
    recipe,
    file: "/prompts/a.contrast.safetensors",
  },
  ...{
    positives: 1,
    negatives: 1,
    vectors: [{ hook: "blocks.1.hook_resid_post", norm: 3.2449, stability }],
  },
});
let numbers: FakeNumbers;
beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
});

/** Selects stretches; an empty text is a mere cursor. */
function select(editor: FakeEditor, ...texts: string[]): void {
  const at = { line: 0, character: 0 };
  editor.selections = texts.map((text) => ({ isEmpty: text === "", start: at, end: at, text }));
  editor.document.getText = ((it: { text: string }) => it.text) as never;
  events.selected.fire({ textEditor: editor });
}

it("points a vector from one selection to the other, at the layer and over the tokens that are chosen", async () => {
  select(open("/prompts/a.prompt"), "glad", "", "sad");
  answers.push("Towards “sad”", "Layer 1", "Mean over the tokens of each text");
  const making = makeVector(numbers);
  await settled();
  expect(offered[0].map(({ label }) => label)).toEqual([
    ...["Towards “glad”", "Towards “sad”", "From a file of examples…"],
  ]);
  await numbers.answer(layers);
  expect(offered[1][0]).toMatchObject({
    label: "Layer 1",
    description: expect.stringContaining("s · usual"),
  });
  expect(numbers.asked).toMatchObject([
    {
      method: "steerscope/contrast",
      params: {
        textDocument: { uri },
        texts: { positive: ["sad"], negative: ["glad"] },
        ...{ hooks: ["blocks.1.hook_resid_post"], pool: "mean" },
      },
    },
  ]);
  expect(numbers.applied).toEqual([]);
  await numbers.answer(made(null));
  await making;
  expect(numbers.applied).toEqual([edit]);
  expect(gone).toMatchObject([{ document: { uri: { path: "/prompts/a.steer.yaml" } } }]);
  expect(told.at(-1)).toMatch(/norm is 3\.24, .*does not show how stable .* a\.contrast\.safetensors/);
});

it("reads a file of examples where nothing is selected, and asks which label is meant where it does not say it", async () => {
  open("/prompts/a.prompt");
  answers.push("/data/pairs.csv", "Layer 0", "Last token of each text", "dog");
  const making = makeVector(numbers);
  await settled();
  await numbers.answer(layers);
  expect(numbers.asked[0].params).toMatchObject({ file: "/data/pairs.csv", pool: "last" });
  await numbers.answer(Object.assign(new Error("It has two labels."), { data: { code: "contrast-labels" } }));
  expect(numbers.asked[0].params).toMatchObject({ file: "/data/pairs.csv", positive: "dog" });
  await numbers.answer(made(0.9));
  await making;
  expect(told.at(-1)).toContain("halves have a cosine of 0.90");
});

it("says what keeps it from being made, and nothing where the user ends it", async () => {
  for (const [error, said] of [
    [new Error("There is no file."), ["No vector was added. There is no file."]],
    [Object.assign(new Error("cancelled"), { code: -32800 }), []],
  ] as const) {
    reset();
    select(open("/prompts/a.prompt"), "glad", "sad");
    answers.push("Towards “glad”", "Layer 1", "Last token of each text");
    const making = makeVector(numbers);
    await settled();
    await numbers.answer(layers);
    await numbers.answer(error);
    await making;
    expect(told).toEqual(said);
    expect(numbers.applied).toEqual([]);
  }
});

it("tells the editor's menu while exactly two stretches are selected", () => {
  const watch = watchSelections();
  const editor = open("/prompts/a.prompt");
  select(editor, "a");
  select(editor, "a", "b");
  select(editor, "a", "b", "");
  select(editor, "a", "b", "c");
  select(editor, "a", "b");
  events.active.fire(undefined);
  watch.dispose();
  select(editor, "a", "b");
  expect(ran).toEqual(Array(4).fill("setContext"));
  expect(given.filter((it) => typeof it === "boolean")).toEqual([true, false, true, false]);
});
