import * as vscode from "vscode";

/** Files that are prompts by their name, whatever language the editor gives them. */
const patterns = [
  "**/*.prompt",
  "**/*.prompty",
  "**/*.prompt.md",
  "**/*.instructions.md",
  "**/*.prompt.yml",
  "**/*.prompt.yaml",
];
const treat = "Treat as a prompt";

/** Files of steering recipes; they are no prompts, and the server reads them by themselves. */
export const recipePattern = "**/*.steer.yaml";

/** Files that say what a probe learns, and from which texts. */
export const probePattern = "**/*.probe.yaml";

export function isProbe(document: vscode.TextDocument): boolean {
  return vscode.languages.match([{ pattern: probePattern }], document) > 0;
}

export function isRecipe(document: vscode.TextDocument): boolean {
  return vscode.languages.match([{ pattern: recipePattern }], document) > 0;
}

/** Which files are prompts now: those by their name, and those the setting `steerscope.prompts` adds. */
export function promptSelector(): { pattern: string }[] {
  return [...patterns, ...extraPatterns()].map((pattern) => ({ pattern }));
}

export function isPrompt(document: vscode.TextDocument): boolean {
  return vscode.languages.match(promptSelector(), document) > 0;
}

/**
 * Whether a file is a prompt; where it is none, the user is offered to make it one.
 * @returns true also when the user took the offer
 */
export async function ensurePrompt(document: vscode.TextDocument): Promise<boolean> {
  if (isPrompt(document)) return true;
  const name = document.uri.path.split("/").at(-1);
  const answer = await vscode.window.showInformationMessage(
    `“${name}” is not a prompt by its name. The setting steerscope.prompts can name more files that are.`,
    treat,
  );
  if (answer !== treat) return false;
  const target = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace
    .getConfiguration("steerscope")
    .update("prompts", [...extraPatterns(), patternFor(document.uri)], target);
  return true;
}

/** A glob for this one file: below any folder where the workspace holds it, else its whole path. */
export function patternFor(uri: vscode.Uri): string {
  const path = vscode.workspace.asRelativePath(uri, false).replaceAll("\\", "/");
  const literal = path.replace(/[*?[{]/g, "[$&]");
  return path.startsWith("/") || /^[A-Za-z]:/.test(path) ? literal : `**/${literal}`;
}

function extraPatterns(): string[] {
  return vscode.workspace.getConfiguration("steerscope").get<string[]>("prompts", []);
}
