import * as vscode from "vscode";
import { recipePattern } from "./prompt-files.ts";

/**
 * Shows a recipe beside the prompt, which keeps the cursor, so that a change of it is seen.
 * @param uri without it the user chooses one of the workspace
 */
export async function openRecipe(uri?: string): Promise<void> {
  const target = uri === undefined ? await pickRecipe() : vscode.Uri.parse(uri);
  if (!target) return;
  const document = await vscode.workspace.openTextDocument(target);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: uri !== undefined,
    preview: false,
  });
}

async function pickRecipe(): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles(recipePattern);
  if (found.length === 0)
    return void vscode.window.showInformationMessage(
      "This workspace has no steering recipe. Put the cursor on a token of a prompt and choose “Amplify …” from its code actions to make one.",
    );
  const items = found.map((it) => ({ label: vscode.workspace.asRelativePath(it), uri: it }));
  const order = items.sort((a, b) => a.label.localeCompare(b.label));
  return (await vscode.window.showQuickPick(order, { placeHolder: "Recipe to open" }))?.uri;
}
