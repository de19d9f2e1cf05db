import * as vscode from "vscode";
import { isPrompt, promptSelector } from "./prompt-files.ts";

/**
 * The prompt that is to be steered: a file's own, else the active one, else one that the user chooses.
 * @param uri empty: no file is meant
 */
export async function whichPrompt(uri = ""): Promise<vscode.TextDocument | undefined> {
  // The server reads open documents; one that nobody looks at may have been closed.
  if (uri !== "") return vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const active = vscode.window.activeTextEditor?.document;
  if (active && isPrompt(active)) return active;
  const patterns = promptSelector().map(({ pattern }) => pattern);
  const found = await vscode.workspace.findFiles(`{${patterns.join(",")}}`, "**/node_modules/**");
  if (found.length === 0)
    return void vscode.window.showInformationMessage("Open the prompt that is to be steered first.");
  const items = found
    .map((it) => ({ label: vscode.workspace.asRelativePath(it), uri: it }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const choice = await vscode.window.showQuickPick(Promise.resolve(items), {
    placeHolder: "Prompt to steer",
  });
  return choice && vscode.workspace.openTextDocument(choice.uri);
}
