import { basename, dirname, relative, sep } from "node:path";
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Range,
} from "vscode-languageserver/node";
import { filesBelow } from "../../files/below.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { findProbe, isSavedProbeName, probeNameOf } from "../../probes/saved/find.ts";
import { readSavedProbe } from "../../probes/saved/read.ts";
import { sourceText } from "../../probes/saved/words.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
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
  const items = found.map(async (path): Promise<CompletionItem> => {
    const name = probeNameOf(path);
    const from = relative(own, path).split(sep).join("/");
    const isBeside = from === basename(path);
    const isOnly = names.filter((it) => it === name).length === 1;
    const newText = isBeside || isOnly ? name : from;
    const detail = detailOf(await savedOf(path));
    return {
      label: newText,
      kind: CompletionItemKind.Value,
      ...(detail !== null && { detail }),
      textEdit: { range, newText: quoted(newText, typed) },
    };
  });
  return { isIncomplete: false, items: await Promise.all(items) };
}

/** The classes of the probe that the mapping names before; none of a number or an order, which have one direction. */
export async function completeClasses(
  session: Session,
  uri: string,
  typed: Typed,
  range: Range,
): Promise<CompletionList | null> {
  const recipe = pathOf(uri);
  if (recipe === null || typed.probe === null || !session.client.trusted) return null;
  const places = { folder: dirname(recipe), root: session.folderOf(uri) };
  const saved = await savedOf(findProbe(typed.probe, places));
  const names = saved?.target.type === "classes" ? saved.target.names : [];
  const items = names.map(
    (name, i): CompletionItem => ({
      label: name,
      kind: CompletionItemKind.Value,
      sortText: String(i).padStart(5, "0"),
      textEdit: { range, newText: quoted(name, typed) },
    }),
  );
  return { isIncomplete: false, items };
}

/** What a trained probe's file says; null where it cannot be read. */
async function savedOf(path: string | Promise<string>): Promise<SavedProbe | null> {
  try {
    return readSavedProbe(await path);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** What a probe tells, and where it reads. */
function detailOf(saved: SavedProbe | null): string | null {
  if (!saved) return null;
  const { type, names } = saved.target;
  return [type === "number" ? "a number" : names.join(", "), sourceText(saved.reads)].join(" · ");
}
