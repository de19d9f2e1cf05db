import { beforeEach, expect, it } from "vitest";
import { chooseModel } from "../../../client/src/choose-model.ts";
import { answers, open, ran, reset, settings, told, Uri, workspace } from "./editor.ts";
import type { FakeNumbers } from "./fake-numbers.ts";

const setup = { model: "tinytown", saes: [], modelFrom: "settings", saesFrom: "settings" };

/** Chooses, with a server that knows two models. */
async function choose(found: object = setup): Promise<void> {
  const ask = async (method: string) =>
    method === "steerscope/models" ? ["tinytown", "other/model"] : found;
  await chooseModel({ ask } as unknown as FakeNumbers);
}

beforeEach(reset);

it("writes the model to the workspace, or to the user's settings without one", async () => {
  answers.push("other/model");
  await choose();
  expect(settings).toEqual({ global: {}, workspace: { model: "other/model" }, folder: {} });
  workspace.workspaceFolders = undefined;
  answers.push("Folder…", "/models/mine");
  await choose();
  expect(settings.global).toEqual({ model: "/models/mine" });
});

it("writes nothing when nothing is chosen", async () => {
  answers.push(undefined);
  await choose();
  expect(settings.workspace).toEqual({});
});

it("takes the SAEs of the former model away, and says so", async () => {
  settings.workspace.saes = ["former"];
  answers.push("other/model");
  await choose();
  expect(settings.workspace).toEqual({ model: "other/model", saes: undefined });
  expect(told.at(-1)).toContain("former");
});

it("hides SAEs of the user's own settings behind an empty list, which the user's settings keep", async () => {
  settings.global.saes = ["former"];
  answers.push("other/model");
  await choose();
  expect(settings).toMatchObject({
    global: { saes: ["former"] },
    workspace: { saes: [], model: "other/model" },
  });
});

it("keeps the SAEs when the model is the one that was set", async () => {
  Object.assign(settings.workspace, { model: "other/model", saes: ["its own"] });
  answers.push("other/model");
  await choose();
  expect(settings.workspace.saes).toEqual(["its own"]);
});

it("writes to the folder where a folder of a larger workspace has a model of its own", async () => {
  workspace.workspaceFile = new Uri("/prompts/all.code-workspace");
  settings.folder.model = "tinytown";
  answers.push("other/model");
  await choose();
  expect(settings).toEqual({ global: {}, workspace: {}, folder: { model: "other/model" } });
});

it("says that a workspace nobody trusts cannot set a model, and what can be done", async () => {
  workspace.isTrusted = false;
  answers.push("other/model", undefined);
  await choose();
  expect(told.at(-1)).toContain("not trusted");
  answers.push("other/model", "Manage trust");
  await choose();
  expect(ran).toEqual(["workbench.trust.manage"]);
  expect(settings).toEqual({ global: {}, workspace: {}, folder: {} });
  answers.push("other/model", "Set for all workspaces");
  await choose();
  expect(settings).toEqual({ global: { model: "other/model" }, workspace: {}, folder: {} });
});

it.each([
  ["front matter", "its front matter"],
  ["settings.files", "steerscope.files"],
])("says when %s counts over the setting", async (modelFrom, place) => {
  open("/prompts/a.prompt");
  answers.push("other/model");
  await choose({ ...setup, modelFrom });
  expect(told.at(-1)).toContain(`a.prompt is still analysed with tinytown: `);
  expect(told.at(-1)).toContain(place);
});
