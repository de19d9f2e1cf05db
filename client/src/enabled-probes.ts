import * as vscode from "vscode";
import type { ListedProbe } from "../../server/src/protocol/probe-requests.ts";

/**
 * Writes into the setting `steerscope.probes` that a probe reads the prompts of its workspace, or no longer does. One that a pattern
 * names is taken away by an entry of its own.
 */
export async function enableProbe(
  { file, entry }: Pick<ListedProbe, "file" | "entry">,
  enabled: boolean,
): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  const settings = vscode.workspace.getConfiguration("steerscope", folder?.uri);
  const before = settings.get<string[]>("probes", []);
  const without = before.filter((it) => it !== entry && it !== file && it !== `!${entry}`);
  const isPattern = without.some((it) => /[*?[{]/.test(it));
  const own = enabled ? [entry] : isPattern ? [`!${entry}`] : [];
  await settings.update("probes", [...without, ...own], levelOf(settings, folder));
}

/** Where the setting stands already, as far as that is the workspace's own; the user's settings hold for all workspaces. */
function levelOf(
  settings: vscode.WorkspaceConfiguration,
  folder: vscode.WorkspaceFolder | undefined,
): vscode.ConfigurationTarget {
  if (settings.inspect("probes")?.workspaceFolderValue !== undefined && folder)
    return vscode.ConfigurationTarget.WorkspaceFolder;
  return vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
}

/** How the setting names a probe: by its path from its workspace folder. */
export function entryFor(file: string): string {
  const uri = vscode.Uri.file(file);
  return vscode.workspace.getWorkspaceFolder(uri) ? vscode.workspace.asRelativePath(uri, false) : file;
}
