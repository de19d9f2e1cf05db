import { basename, dirname, relative, sep } from "node:path";
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Range,
} from "vscode-languageserver/node";
import { filesBelow } from "../../files/below.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { isSavedProbeName, probeNameOf } from "../../probes/saved/find.ts";
import { readSavedProbe } from "../../probes/saved/read.ts";
import type { Typed } from "../../steering/recipe/typed.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { quoted } from "../yaml/quoted.ts";

/** Trained probes of a recipe's workspace folder, by name; one whose name others have too by its path. */
export async function completeProbes(
  session: Session,
  uri: string,
  typed: Typed,
  range: Range,
): Promise<CompletionList | null> {
  const recipe = pathOf(uri);
  if (recipe === null || !session.client.trusted) return null;
  const own = dirname(recipe);
  const found = await filesBelow(session.folderOf(uri) ?? own, isSavedProbeName);
  const names = found.map(probeNameOf);
  const items = found.map((path): CompletionItem => {
    const name = probeNameOf(path);
    const from = relative(own, path).split(sep).join("/");
    const isBeside = from === basename(path);
    const isOnly = names.filter((it) => it === name).length === 1;
    const newText = isBeside || isOnly ? name : from;
    const detail = detailOf(path);
    return {
      label: newText,
      kind: CompletionItemKind.Value,
      ...(detail !== null && { detail }),
      textEdit: { range, newText: quoted(newText, typed) },
    };
  });
  return { isIncomplete: false, items };
}

/** What a probe tells and where it reads; null where its file cannot be read. */
function detailOf(path: string): string | null {
  try {
    const { target, reads } = readSavedProbe(path);
    const { source } = reads;
    const where =
      source.kind === "hook"
        ? source.hook
        : source.kind === "latents"
          ? `latents of ${source.sae}`
          : source.kind;
    return [target.type === "number" ? "a number" : target.names.join(", "), where].join(" · ");
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}
