import { sep } from "node:path";
import type { WorkspaceFolder, WorkspaceFoldersChangeEvent } from "vscode-languageserver/node";
import { URI } from "vscode-uri";

/** The folders that are open in the editor, as paths. */
export class WorkspaceFolders {
  private paths: string[];

  constructor(folders: readonly WorkspaceFolder[]) {
    this.paths = pathsOf(folders);
  }

  get isEmpty(): boolean {
    return this.paths.length === 0;
  }

  get all(): readonly string[] {
    return this.paths;
  }

  changed({ added, removed }: WorkspaceFoldersChangeEvent): void {
    const gone = new Set(pathsOf(removed));
    this.paths = [...this.paths.filter((it) => !gone.has(it)), ...pathsOf(added)];
  }

  /** The innermost folder that holds a file; the first one for what is not a file. */
  of(file: string | null): string | null {
    if (file === null) return this.paths[0] ?? null;
    const holding = this.paths.filter((it) => file.startsWith(it.endsWith(sep) ? it : it + sep));
    return holding.sort((a, b) => b.length - a.length)[0] ?? null;
  }
}

function pathsOf(folders: readonly WorkspaceFolder[]): string[] {
  return folders.map(({ uri }) => pathOf(uri)).filter((it) => it !== null);
}

/** The path of a file's URI; null for what lies in no file system. */
export function pathOf(uri: string): string | null {
  const parsed = URI.parse(uri);
  return parsed.scheme === "file" ? parsed.fsPath : null;
}
