import * as vscode from "vscode";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import {
  type FeatureParams,
  type FeatureTarget,
  SteerscopeMethod,
} from "../../server/src/protocol/requests.ts";
import { readLink } from "./feature-link.ts";
import type { Numbers } from "./numbers.ts";
import { isPrompt } from "./prompt-files.ts";

/**
 * What a link leads to here. A link never decides which model is loaded: it may come from anywhere.
 * @returns undefined, and the user is told why, where that feature is not to be had
 */
export async function targetOfLink(numbers: Numbers, link: vscode.Uri): Promise<FeatureTarget | undefined> {
  const named = readLink(link);
  if (!named) {
    return void vscode.window.showErrorMessage(
      "This link names no feature. It should end in feature?model=…&sae=…&feature=….",
    );
  }
  const { sae, feature } = named;
  const document = vscode.window.activeTextEditor?.document;
  const uri = document && isPrompt(document) ? document.uri.toString() : "";
  const params: FeatureParams = { ...(uri && { textDocument: { uri } }), sae, feature };
  try {
    const { model } = await numbers.ask<FeatureResult>(SteerscopeMethod.feature, params);
    if (model === named.model) return { uri, sae, feature };
    return void vscode.window.showWarningMessage(
      `The link is about a feature of ${named.model}, but ${model} is in use. Choose that model first (“Steerscope: Choose model…”), then open the link again.`,
    );
  } catch (error) {
    return void vscode.window.showErrorMessage(
      `The link is about a feature of ${named.model}. ${(error as Error).message}`,
    );
  }
}
