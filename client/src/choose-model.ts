import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";

const folderItem = "Folder…";

/** Lets the user choose among the models that are on this machine, and writes the setting. */
export async function chooseModel(client: LanguageClient): Promise<void> {
  const models = await client.sendRequest<string[]>(SteerscopeMethod.models);
  const picked = await vscode.window.showQuickPick([...models, folderItem], {
    placeHolder: "Model to analyse with",
  });
  if (!picked) return;
  let model = picked;
  if (picked === folderItem) {
    const folders = await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: "Use model",
    });
    if (!folders) return;
    model = folders[0].fsPath;
  }
  const scope = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration("steerscope").update("model", model, scope);
}
