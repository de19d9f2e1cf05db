import { readdir } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { type CompletionItem, CompletionItemKind, type Range } from "vscode-languageserver/node";
import { isRecipeName } from "../../steering/recipe/types.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";

/** Folders looked into, and recipes offered, at most: a workspace may be as large as a disk. */
const MOST_FOLDERS = 500;
const MOST_RECIPES = 100;

/** The recipes of a prompt's workspace folder, else of its own folder, as paths from the prompt; the nearest first. */
export async function recipePaths(session: Session, uri: string, range: Range): Promise<CompletionItem[]> {
  const prompt = pathOf(uri);
  if (prompt === null) return [];
  const own = dirname(prompt);
  const found = await recipesBelow(session.folderOf(uri) ?? own);
  const paths = found.map((path) => {
    const from = relative(own, path).split(sep).join("/");
    return from.startsWith("../") ? from : `./${from}`;
  });
  const up = (path: string) => path.split("../").length;
  const steps = (path: string) => path.split("/").length;
  return paths
    .toSorted((a, b) => up(a) - up(b) || steps(a) - steps(b) || a.localeCompare(b))
    .map((path, i) => ({
      label: path,
      kind: CompletionItemKind.File,
      sortText: String(i).padStart(5, "0"),
      textEdit: { range, newText: path },
    }));
}

/** Breadth first; hidden folders and those of packages are passed over. */
async function recipesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let i = 0; i < folders.length && i < MOST_FOLDERS && found.length < MOST_RECIPES; i++) {
    const entries = await readdir(folders[i], { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folders[i], entry.name);
      if (entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name)) folders.push(path);
      else if (entry.isFile() && isRecipeName(entry.name)) found.push(path);
    }
  }
  return found.slice(0, MOST_RECIPES);
}
