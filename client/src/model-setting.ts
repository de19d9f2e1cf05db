import * as vscode from "vscode";

/** What {@link writeModel} reads and writes. */
type Level = "globalValue" | "workspaceValue" | "workspaceFolderValue";

/**
 * Where a model has to be written to count for a file: the innermost level that names a model or SAEs already, and at least the
 * workspace where there is one.
 */
export function targetOf(resource: vscode.Uri | undefined): vscode.ConfigurationTarget {
  const settings = vscode.workspace.getConfiguration("steerscope", resource);
  const inFolder = ["model", "saes"].some((key) => settings.inspect(key)?.workspaceFolderValue !== undefined);
  // Without a workspace file the folder's settings are those of the workspace.
  if (inFolder && vscode.workspace.workspaceFile) return vscode.ConfigurationTarget.WorkspaceFolder;
  return vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
}

/**
 * Writes the model, and takes away the SAEs that were set for another one: they would only fail.
 * @returns the SAEs that no longer count
 */
export async function writeModel(
  model: string,
  target: vscode.ConfigurationTarget,
  resource: vscode.Uri | undefined,
): Promise<string[]> {
  const settings = vscode.workspace.getConfiguration("steerscope", resource);
  const saes = settings.get<string[]>("saes", []);
  const dropped = settings.get("model") === model ? [] : saes;
  // SAEs first: the new model is never tried with those of the former.
  if (dropped.length > 0) {
    const below = levelsBelow(target).some(
      (level) => (settings.inspect<string[]>("saes")?.[level]?.length ?? 0) > 0,
    );
    await settings.update("saes", below ? [] : undefined, target);
  }
  await settings.update("model", model, target);
  return dropped;
}

function levelsBelow(target: vscode.ConfigurationTarget): Level[] {
  if (target === vscode.ConfigurationTarget.Global) return [];
  if (target === vscode.ConfigurationTarget.Workspace) return ["globalValue"];
  return ["globalValue", "workspaceValue"];
}
