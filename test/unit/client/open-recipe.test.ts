import { beforeEach, expect, it } from "vitest";
import { openRecipe } from "../../../client/src/open-recipe.ts";
import { answers, gone, reset, told, workspace } from "./editor.ts";

beforeEach(reset);

it("shows a recipe beside the prompt, which keeps the cursor", async () => {
  await openRecipe("file:///prompts/mood.steer.yaml");
  expect(gone).toMatchObject([{ options: { viewColumn: -2, preserveFocus: true } }]);
});

it("lets the user choose one of the workspace's, or says how to make one", async () => {
  const found = ["/prompts/b.steer.yaml", "/prompts/a.steer.yaml"];
  workspace.found = found;
  answers.push("b.steer.yaml");
  await openRecipe();
  expect(gone).toMatchObject([{ options: { preserveFocus: false } }]);
  workspace.found = [];
  await openRecipe();
  expect(told.at(-1)).toContain("no steering recipe");
});
