import * as vscode from "vscode";
import type { Range } from "../../server/src/protocol/inspect.ts";

/** Puts the cursor on a place of an open file, if its text is still the version that the place was found in. */
export async function goTo(uri: string, version: number, range: Range): Promise<void> {
  const isIt = (document: vscode.TextDocument) => document.uri.toString() === uri;
  const document = vscode.workspace.textDocuments.find(isIt);
  if (document?.version !== version) return;
  const shown = editorOf(uri);
  // Where the file is not on the screen it must not cover the panel.
  const viewColumn = shown?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(document, { selection: placeOf(range), viewColumn });
}

/** Selects a place of a file that is on the screen, under the same condition; the cursor stays where it types. */
export function select(uri: string, version: number, range: Range): void {
  const editor = editorOf(uri);
  if (editor?.document.version !== version) return;
  const place = placeOf(range);
  editor.selection = new vscode.Selection(place.start, place.end);
  editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function editorOf(uri: string): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
}

function placeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
