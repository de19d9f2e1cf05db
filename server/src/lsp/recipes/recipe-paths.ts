import { dirname, relative, sep } from "node:path";
import { type CompletionItem, CompletionItemKind, type Range } from "vscode-languageserver/node";
import { filesBelow } from "../../files/below.ts";
import { isRecipeName } from "../../steering/recipe/types.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";

/** The recipes of a prompt's workspace folder, else of its own folder, as paths from the prompt; the nearest first. */
export async function recipePaths(session: Session, uri: string, range: Range): Promise<CompletionItem[]> {
  const prompt = pathOf(uri);
  if (prompt === null) return [];
  const own = dirname(prompt);
  const found = await filesBelow(session.folderOf(uri) ?? own, isRecipeName);
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
