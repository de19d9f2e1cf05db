import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Range,
} from "vscode-languageserver/node";
import type { TypedValue } from "../../yaml/typed.ts";
import type { Session } from "../session.ts";
import { quoted } from "./quoted.ts";

/** Entries of a folder offered at once; more are found by typing on. */
const MOST = 500;

/** What a path may name, and where it starts. */
export interface PathPlaces {
  /** The folder that the part of a path up to its last stroke names. */
  folderOf(part: string): string;
  /** Whether a file of this name may be meant; null: only folders are. */
  isWanted: ((name: string) => boolean) | null;
}

/**
 * What lies in the folder that a path has come to: files that may be meant, and folders to go on in. Hidden ones are left out. An
 * untrusted workspace is not looked into.
 */
export async function completePaths(
  { client }: Pick<Session, "client">,
  { folderOf, isWanted }: PathPlaces,
  typed: Pick<TypedValue, "text" | "quote">,
  range: Range,
): Promise<CompletionList | null> {
  if (!client.trusted) return null;
  const part = typed.text.slice(0, typed.text.lastIndexOf("/") + 1);
  const begun = typed.text.slice(part.length).toLowerCase();
  const found = (await entriesOf(folderOf(part)))
    .filter(({ name }) => name.toLowerCase().startsWith(begun))
    .filter(({ name, isFolder }) => isFolder || isWanted?.(name))
    .sort((a, b) => Number(a.isFolder) - Number(b.isFolder) || a.name.localeCompare(b.name));
  const items = found.slice(0, MOST).map(({ name, isFolder }, i): CompletionItem => {
    // Where files are meant a folder is only on the way to one, and what is in it is offered next.
    const goesOn = isFolder && isWanted !== null;
    const path = `${part}${name}${goesOn ? "/" : ""}`;
    return {
      label: goesOn ? `${name}/` : name,
      kind: isFolder ? CompletionItemKind.Folder : CompletionItemKind.File,
      sortText: String(i).padStart(5, "0"),
      // Clients compare it with what stands in the range.
      filterText: path,
      // A quote that closes behind a folder would end the path; what is taken last gets the quotes that it needs.
      textEdit: { range, newText: goesOn && typed.quote === "" ? path : quoted(path, typed) },
      ...(goesOn && client.commandLinks && { command: again }),
    };
  });
  return { isIncomplete: found.length > MOST, items };
}

/** VS Code's own command; other clients ask again by themselves or when they are told to. */
const again = { title: "What is in it", command: "editor.action.triggerSuggest" };

/** Files and folders of a folder, links as what they lead to; none where it cannot be read. */
async function entriesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  const known = await Promise.all(
    visible.map(async (entry) => {
      const it = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => null) : entry;
      return it?.isFile() || it?.isDirectory() ? [{ name: entry.name, isFolder: it.isDirectory() }] : [];
    }),
  );
  return known.flat();
}
