import { dirname, resolve } from "node:path";
import type { CompletionList, Range } from "vscode-languageserver/node";
import { kindOf } from "../../scan/corpus/files.ts";
import type { Typed } from "../../steering/recipe/typed.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { completePaths } from "../yaml/complete-paths.ts";

const isVectorName = (name: string) =>
  /\.(safetensors|gguf)$/i.test(name) && !/\.probe\.safetensors$/i.test(name);
/** Any text can be a check's prompt. */
const isPromptName = (name: string) => ["prompt", "text"].includes(kindOf(name) ?? "");

/** Files that a recipe may name, by paths from its folder: steering vectors, and prompts of its checks. */
export async function recipeFiles(
  session: Session,
  uri: string,
  typed: Typed,
  range: Range,
): Promise<CompletionList | null> {
  const path = pathOf(uri);
  if (path === null) return null;
  const folderOf = (part: string) => resolve(dirname(path), part);
  const isWanted = typed.kind === "vector" ? isVectorName : isPromptName;
  return completePaths(session, { folderOf, isWanted }, typed, range);
}
