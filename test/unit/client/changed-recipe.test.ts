import { expect, it, vi } from "vitest";
import type { CancellationToken, CodeAction } from "vscode";

const opened = vi.hoisted(() => [] as (string | undefined)[]);
vi.mock("../../../client/src/open-recipe.ts", () => ({ openRecipe: (uri?: string) => opened.push(uri) }));
const { openChangedRecipe, rememberRecipe, showChangedRecipe } = await import(
  "../../../client/src/changed-recipe.ts"
);

const resolve = (command: CodeAction["command"]) =>
  rememberRecipe.resolveCodeAction!(
    {} as CodeAction,
    {} as CancellationToken,
    () => ({ title: "t", command }) as CodeAction,
  );

it("gives the command that opens a changed recipe no arguments, which the editor would forget", async () => {
  const uri = "file:///prompts/mood.steer.yaml";
  const action = await resolve({ title: "Open", command: "steerscope.openRecipe", arguments: [uri] });
  expect(action?.command).toEqual({ title: "Open", command: showChangedRecipe });
  openChangedRecipe();
  expect(opened).toEqual([uri]);
});

it("leaves other commands alone", async () => {
  const other = { title: "Other", command: "other", arguments: [1] };
  expect((await resolve(other))?.command).toBe(other);
  expect((await resolve(undefined))?.command).toBeUndefined();
});
