import * as vscode from "vscode";
import type { DecomposeEditAnswer, DecomposeEditParams } from "../../server/src/protocol/decompose-edit.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { isRecipe } from "./prompt-files.ts";

/** Of LSP. */
const requestCancelled = -32800;

/**
 * Tells the vector of a recipe's edit in an SAE's latents, in a new document that can be kept or closed.
 * @param uri of the recipe, by default the active one
 * @param index the edit's place in its list, by default that of the only one with a vector
 */
export async function decomposeVector(numbers: Numbers, uri?: string, index?: number): Promise<void> {
  const active = vscode.window.activeTextEditor?.document;
  const document =
    uri === undefined ? active : await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  if (!document || !isRecipe(document))
    return void vscode.window.showInformationMessage(
      "Open the recipe (.steer.yaml) whose vector is to be decomposed first.",
    );
  const params: DecomposeEditParams = {
    recipe: { uri: document.uri.toString() },
    ...(index !== undefined && { index }),
  };
  try {
    const { text } = await numbers.ask<DecomposeEditAnswer>(SteerscopeMethod.decompose, params);
    const shown = await vscode.workspace.openTextDocument({ language: "markdown", content: text });
    // A third column would leave none of them room.
    const isSplit = vscode.window.tabGroups.all.length > 1;
    const viewColumn = isSplit ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(shown, { viewColumn, preview: false });
  } catch (error) {
    if ((error as { code?: number }).code === requestCancelled) return;
    void vscode.window.showErrorMessage(`The vector was not decomposed. ${(error as Error).message}`);
  }
}
