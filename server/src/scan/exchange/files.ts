import { lstatSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { NpRecord } from "./neuronpedia-records.ts";
import { ownFile } from "./own.ts";
import { badFile } from "./problems.ts";

export interface BulkFile {
  path: string;
  /** What its folder says it holds; null where it says nothing. */
  kind: NpRecord["kind"] | null;
}

export interface BulkFiles {
  /** Features first, then examples, then labels. */
  files: BulkFile[];
  /** Our own file, where the export is one of ours. */
  own: string | null;
  /** `source.jsonl`, which says what the source was measured on. */
  source: string | null;
}

/** Files beside the three folders that are about the source as a whole. */
const besides = new Set(["model.jsonl", "release.jsonl", "source.jsonl", "sourceset.jsonl", ownFile]);
const order: (NpRecord["kind"] | null)[] = ["feature", "activation", "explanation", null];

/**
 * The bulk files that a user means by files and folders; links inside folders are not followed.
 * @throws ProblemError `import-file-invalid`
 */
export function bulkFiles(named: readonly string[]): BulkFiles {
  const paths: string[] = [];
  for (const path of named) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) throw badFile(path, "does not exist", "Name files or folders that do.");
    if (stats.isDirectory()) paths.push(...within(path));
    else paths.push(path);
  }
  const files = paths
    .filter((path) => !besides.has(basename(path)))
    .map((path) => ({ path, kind: kindOf(basename(dirname(path))) ?? kindOf(basename(path)) }))
    .sort(
      (a, b) =>
        order.indexOf(a.kind) - order.indexOf(b.kind) ||
        a.path.localeCompare(b.path, "en", { numeric: true }),
    );
  const all = (name: string) => paths.filter((path) => basename(path) === name);
  if (files.length === 0)
    throw badFile(
      named.join(", "),
      "holds no .jsonl or .jsonl.gz file",
      "Name a source's folder or its files.",
    );
  if (all(ownFile).length > 1)
    throw badFile(named.join(", "), "holds several exports", "Name the folder of one source.");
  return { files, own: all(ownFile).at(0) ?? null, source: all("source.jsonl").at(0) ?? null };
}

function within(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const stats = lstatSync(path);
      if (stats.isDirectory()) return within(path);
      return stats.isFile() && /\.jsonl(\.gz)?$/.test(name) ? [path] : [];
    });
}

function kindOf(name: string): NpRecord["kind"] | null {
  if (name.startsWith("features")) return "feature";
  if (name.startsWith("activations")) return "activation";
  return name.startsWith("explanations") ? "explanation" : null;
}
