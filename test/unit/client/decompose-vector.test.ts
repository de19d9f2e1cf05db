import { beforeEach, expect, it } from "vitest";
import { decomposeVector } from "../../../client/src/decompose-vector.ts";
import { gone, open, reset, told, workspace } from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const recipe = "file:///prompts/a.steer.yaml";
let numbers: FakeNumbers;
beforeEach(() => {
  reset();
  numbers = new FakeNumbers();
});

it("shows what a vector is made of in a new document beside the recipe", async () => {
  const work = decomposeVector(numbers, recipe, 2);
  await settled();
  expect(numbers.asked).toMatchObject([
    { method: "steerscope/decompose", params: { recipe: { uri: recipe }, index: 2 } },
  ]);
  const opened: unknown[] = [];
  const openTextDocument = workspace.openTextDocument;
  workspace.openTextDocument = async (it) => {
    opened.push(it);
    return openTextDocument(it);
  };
  await numbers.answer({ text: "# A vector" });
  await work;
  workspace.openTextDocument = openTextDocument;
  expect(opened).toEqual([{ language: "markdown", content: "# A vector" }]);
  expect(gone).toMatchObject([{ options: { viewColumn: -2 } }]);
});

it("takes the active recipe where none is named, and says what is wrong", async () => {
  open("/prompts/a.prompt");
  await decomposeVector(numbers);
  expect(told.at(-1)).toContain("Open the recipe (.steer.yaml)");
  open("/prompts/a.steer.yaml");
  const work = decomposeVector(numbers);
  await settled();
  expect(numbers.asked[0].params).toEqual({ recipe: { uri: recipe } });
  await numbers.answer(new Error("The recipe has no edit with the vector of a file."));
  await work;
  expect(told.at(-1)).toContain("was not decomposed. The recipe has no edit");
});
