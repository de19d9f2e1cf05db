import * as vscode from "vscode";
import type { Range } from "../../server/src/protocol/inspect.ts";

/** Puts the cursor on a place of an open file, if its text is still the version that the place was found in. */
export async function goTo(uri: string, version: number, { start, end }: Range): Promise<void> {
  const isIt = (document: vscode.TextDocument) => document.uri.toString() === uri;
  const document = vscode.workspace.textDocuments.find(isIt);
  if (document?.version !== version) return;
  const shown = vscode.window.visibleTextEditors.find((editor) => isIt(editor.document));
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  // Where the file is not on the screen it must not cover the panel.
  const viewColumn = shown?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(document, { selection, viewColumn });
}
