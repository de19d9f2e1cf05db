import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { ProblemError } from "../../host/problem-error.ts";
import type { CorpusFile } from "./types.ts";

const kinds: [RegExp, CorpusFile["kind"]][] = [
  [/\.(prompt|prompty|prompt\.md|instructions\.md|prompt\.ya?ml)$/, "prompt"],
  [/\.(txt|md)$/, "text"],
  [/\.(jsonl|ndjson)$/, "jsonl"],
  [/\.(csv|tsv)$/, "csv"],
  [/\.parquet$/, "parquet"],
];

/** What a file is read as, by its name; null for one that is no corpus. */
export function kindOf(name: string): CorpusFile["kind"] | null {
  return kinds.find(([ending]) => ending.test(name.toLowerCase()))?.[1] ?? null;
}

/**
 * Files of a corpus in a fixed order: as they were named, and within a folder by their path. In a folder other files, and
 * whatever begins with a dot, are passed over.
 * @throws ProblemError `corpus-not-found`, `corpus-unreadable`, `corpus-kind-unknown`, `corpus-empty`
 */
export function corpusFiles(named: readonly string[]): CorpusFile[] {
  const files = named.flatMap((name) => filesOf(name));
  if (files.length > 0) return files;
  throw new ProblemError({
    code: "corpus-empty",
    message: `There is nothing to scan in ${named.join(", ")}.`,
    remedy: `Name files or folders that hold ${endings}.`,
    subject: "prompt",
  });
}

const endings = ".txt, .md, .jsonl, .csv, .tsv or .parquet files, or prompt files";

function filesOf(name: string): CorpusFile[] {
  const root = resolve(name);
  const stats = statSync(root, { throwIfNoEntry: false });
  if (!stats)
    throw new ProblemError({
      code: "corpus-not-found",
      message: `There is no file or folder ${name}.`,
      remedy: "Name the files or folders of the corpus.",
      subject: "prompt",
      path: root,
    });
  if (!stats.isDirectory()) {
    const kind = kindOf(root);
    if (kind) return [{ path: root, name: basename(root), bytes: stats.size, kind }];
    throw new ProblemError({
      code: "corpus-kind-unknown",
      message: `${name} is not of a kind that can be scanned.`,
      remedy: `Name ${endings}.`,
      subject: "prompt",
      path: root,
    });
  }
  const found: CorpusFile[] = [];
  for (const path of filesBelow(root)) {
    const kind = kindOf(path);
    const file = statSync(path, { throwIfNoEntry: false });
    if (!kind || !file?.isFile()) continue;
    const inside = relative(root, path).replaceAll("\\", "/");
    found.push({ path, name: `${basename(root)}/${inside}`, bytes: file.size, kind });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Every file below a folder, hidden ones left out. Links to folders are not followed: they could lead round in a circle.
 * @throws ProblemError `corpus-unreadable`
 */
export function* filesBelow(folder: string): Generator<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new ProblemError({
      code: "corpus-unreadable",
      message: `${folder} cannot be read: ${(error as Error).message}.`,
      remedy: "Name a folder that you may read.",
      subject: "prompt",
      path: folder,
    });
  }
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}
