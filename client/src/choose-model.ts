import * as vscode from "vscode";
import { type SetupAnswer, SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import { targetOf, writeModel } from "./model-setting.ts";
import type { Numbers } from "./numbers.ts";
import { isPrompt } from "./prompt-files.ts";

const folderItem = "Folder…";
const forAll = "Set for all workspaces";
const manageTrust = "Manage trust";

/**
 * Lets the user choose among the models that are on this machine, and writes the setting where it counts.
 * @param chosen the model, where it was chosen elsewhere
 */
export async function chooseModel(numbers: Numbers, chosen?: string): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const resource = document && isPrompt(document) ? document.uri : undefined;
  const model = chosen ?? (await pickModel(numbers, resource));
  if (!model) return;
  const target = vscode.workspace.isTrusted ? targetOf(resource) : await withoutTrust();
  if (target === undefined) return;
  const dropped = await writeModel(model, target, resource);
  if (dropped.length > 0) {
    const names = dropped.join(", ");
    void vscode.window.showInformationMessage(
      `The setting steerscope.saes named SAEs of the former model (${names}); it is empty now, so that those of ${model} count.`,
    );
  }
  if (resource) await tellWhatCountsOver(numbers, resource, model);
}

async function pickModel(numbers: Numbers, resource: vscode.Uri | undefined): Promise<string | undefined> {
  const now = vscode.workspace.getConfiguration("steerscope", resource).get<string>("model");
  const items = numbers
    .ask<string[]>(SteerscopeMethod.models, {})
    .then((models) => [
      ...models.map((label) => ({ label, description: label === now ? "chosen now" : "" })),
      { label: folderItem, description: "a folder with config.json" },
    ]);
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Model to analyse with" });
  if (picked?.label !== folderItem) return picked?.label;
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: "Use model",
  });
  return folders?.[0].fsPath;
}

/** VS Code ignores which models a workspace names until it is trusted: writing them there would do nothing. */
async function withoutTrust(): Promise<vscode.ConfigurationTarget | undefined> {
  const answer = await vscode.window.showWarningMessage(
    "This workspace is not trusted: a model that its settings name does not count.",
    forAll,
    manageTrust,
  );
  if (answer === manageTrust) await vscode.commands.executeCommand("workbench.trust.manage");
  return answer === forAll ? vscode.ConfigurationTarget.Global : undefined;
}

async function tellWhatCountsOver(numbers: Numbers, resource: vscode.Uri, model: string): Promise<void> {
  const params = { textDocument: { uri: resource.toString() } };
  const setup = await numbers.ask<SetupAnswer>(SteerscopeMethod.setup, params);
  if (setup.modelFrom === "settings" || setup.model === model) return;
  const name = vscode.workspace.asRelativePath(resource);
  const place = setup.modelFrom === "front matter" ? "its front matter" : "the setting steerscope.files";
  void vscode.window.showWarningMessage(
    `${name} is still analysed with ${setup.model}: ${place} names it, which counts over steerscope.model.`,
  );
}
