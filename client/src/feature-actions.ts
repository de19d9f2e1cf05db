import * as vscode from "vscode";
import { type FeatureResult, LABEL_FILE, LONGEST_LABEL } from "../../server/src/protocol/feature.ts";
import {
  type FeatureParams,
  type LabelFeatureParams,
  type LabelledFeature,
  SteerscopeMethod,
} from "../../server/src/protocol/requests.ts";
import { linkTo } from "./feature-link.ts";
import type { Numbers } from "./numbers.ts";

export async function copyFeatureLink(
  { model, sae, feature }: FeatureResult,
  extensionId: string,
): Promise<void> {
  await vscode.env.clipboard.writeText(
    linkTo({ model, sae: sae.id, feature }, vscode.env.uriScheme, extensionId),
  );
  vscode.window.setStatusBarMessage(`Link to feature ${feature} copied`, 3_000);
}

/**
 * Asks for the user's own label of a feature and has it written into the workspace's label file.
 * @returns whether there is another label now
 */
export async function labelFeature(
  numbers: Numbers,
  target: FeatureParams,
  answer: FeatureResult,
): Promise<boolean> {
  const file = labelFileOf(target.labelsFor ?? target.textDocument?.uri);
  if (vscode.workspace.textDocuments.some(({ uri, isDirty }) => isDirty && uri.toString() === file)) {
    void vscode.window.showWarningMessage(`${LABEL_FILE} has changes that are not saved. Save it first.`);
    return false;
  }
  const text = await vscode.window.showInputBox({
    title: `Your label of feature ${answer.feature} of ${answer.sae.id}`,
    prompt: `Kept in ${LABEL_FILE} of this workspace; leave it empty to take the label away.`,
    value: answer.labels.find(({ source }) => source === "user")?.text ?? "",
    validateInput: (it) =>
      it.trim().length > LONGEST_LABEL
        ? `A label has at most ${LONGEST_LABEL} characters; this one has ${it.trim().length}.`
        : undefined,
  });
  if (text === undefined) return false;
  const params: LabelFeatureParams = { ...target, text };
  try {
    await numbers.ask<LabelledFeature>(SteerscopeMethod.labelFeature, params);
    return true;
  } catch (error) {
    void vscode.window.showErrorMessage(`The label was not written. ${(error as Error).message}`);
    return false;
  }
}

/** Where the server writes the labels of what is looked at in a file, as a URI; by default in the first folder. */
function labelFileOf(uri: string | undefined): string | undefined {
  const { workspace } = vscode;
  const own = uri ? workspace.getWorkspaceFolder(vscode.Uri.parse(uri)) : undefined;
  const folder = own ?? workspace.workspaceFolders?.[0];
  return folder && vscode.Uri.joinPath(folder.uri, LABEL_FILE).toString();
}

export function isLabelFile({ uri }: vscode.TextDocument): boolean {
  return uri.path.endsWith(`/${LABEL_FILE}`);
}
