import * as vscode from "vscode";
import type { RankedInspect } from "../../server/src/protocol/panel.ts";
import {
  type FeatureTarget,
  type InspectParams,
  SteerscopeMethod,
} from "../../server/src/protocol/requests.ts";
import type { FeatureItem } from "./feature-items.ts";
import type { Numbers } from "./numbers.ts";
import { ensurePrompt } from "./prompt-files.ts";

/**
 * Asks for one of the features of the active file, or for what else is offered beside them.
 * @param items which of them are offered
 * @param placeHolder what it is wanted for
 */
export async function pickFeature<T = FeatureTarget>(
  numbers: Numbers,
  items: (
    uri: string,
    answer: RankedInspect,
    editor: vscode.TextEditor,
  ) => FeatureItem<T>[] | Promise<FeatureItem<T>[]>,
  placeHolder = "Feature to show",
): Promise<T | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return void vscode.window.showInformationMessage("Open a prompt file first.");
  if (!(await ensurePrompt(editor.document))) return;
  const uri = editor.document.uri.toString();
  const params: InspectParams = { textDocument: { uri }, ranked: true };
  const offered = numbers
    .ask<RankedInspect>(SteerscopeMethod.inspect, params)
    .then((answer) => items(uri, answer, editor));
  const options = { placeHolder, matchOnDescription: true };
  return (await vscode.window.showQuickPick(offered, options))?.target;
}
