import { homedir } from "node:os";
import { normalize, resolve } from "node:path";
import * as vscode from "vscode";
import type { ListedProbe } from "../../server/src/protocol/probe-requests.ts";

/** How a probe is told and named in the setting. */
type NamedProbe = Pick<ListedProbe, "file" | "entry">;

/** The write that was asked for last: each changes what the one before it wrote. */
let writing: Promise<unknown> = Promise.resolve();

/**
 * Writes into the setting `steerscope.probes` that a probe reads the prompts of its workspace, or no longer does. One that a pattern
 * names is taken away by an entry of its own.
 * @returns whether the setting says so now; that it could not be written is told to the user
 */
export function enableProbe({ file, entry }: NamedProbe, enabled: boolean): Promise<boolean> {
  return rewrite(file, (without) => {
    const isPattern = without.some((it) => /[*?[{]/.test(it));
    return [...without, ...(enabled ? [entry] : isPattern ? [`!${entry}`] : [])];
  });
}

/** Takes away what the setting says of a probe by its path, for one that is deleted. */
export function forgetProbe({ file }: Pick<NamedProbe, "file">): Promise<boolean> {
  return rewrite(file, (without) => without);
}

/** @param change what the setting is to be, by its entries that do not name the probe */
function rewrite(file: string, change: (without: string[]) => string[]): Promise<boolean> {
  const written = writing.then(async () => {
    try {
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
      const settings = vscode.workspace.getConfiguration("steerscope", folder?.uri);
      const before = settings.get<string[]>("probes", []);
      const after = change(before.filter((it) => !names(it, file, folder)));
      const isSame = after.length === before.length && after.every((it, i) => it === before[i]);
      if (!isSame) await settings.update("probes", after, levelOf(settings, folder));
      return true;
    } catch (error) {
      void vscode.window.showErrorMessage(
        `The setting steerscope.probes could not be written: ${(error as Error).message} Mend the settings file, and enable or disable the probe again.`,
      );
      return false;
    }
  });
  writing = written;
  return written;
}

/** Whether an entry, or one that takes away, means a probe by its path: from its workspace folder, from home, or whole. */
function names(entry: string, file: string, folder: vscode.WorkspaceFolder | undefined): boolean {
  const path = entry.replace(/^!/, "").replace(/^~(?=\/)/, homedir());
  return (folder ? resolve(folder.uri.fsPath, path) : normalize(path)) === file;
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
