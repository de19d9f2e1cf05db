import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { located } from "../../analysis/setup.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { corpusFiles, filesBelow, kindOf } from "../../scan/corpus/files.ts";
import type { CorpusFile } from "../../scan/corpus/types.ts";

/** A file of data; `label` where its folder says it. */
export interface DataFile extends CorpusFile {
  label: string | null;
}

/** Files looked at for one glob at most: a folder may be as large as a disk. */
const MOST_FILES = 100_000;

const magic = /[*?[\]{}!()]/;

/**
 * The files that `data.files` names, in a fixed order: by their place in the list, and those of a glob by their path.
 * @param folder where relative paths start
 * @throws ProblemError `probe-data-not-found`, and what {@link corpusFiles} throws
 */
export function namedFiles(named: readonly string[], folder: string): DataFile[] {
  const paths = named.flatMap((name) =>
    magic.test(name) ? globbed(name, folder) : [resolve(folder, located(name, folder))],
  );
  return corpusFiles([...new Set(paths)]).map((it) => ({ ...it, label: null }));
}

function globbed(glob: string, folder: string): string[] {
  const parts = glob.replaceAll("\\", "/").split("/");
  const fixed = parts.findIndex((it) => magic.test(it));
  const start = parts.slice(0, fixed).join("/");
  const root = resolve(folder, isAbsolute(glob) && start === "" ? sep : located(start || ".", folder));
  const pattern = parts.slice(fixed).join("/");
  const found: string[] = [];
  let left = MOST_FILES;
  for (const path of filesBelow(root)) {
    if (--left < 0) break;
    const inside = relative(root, path).split(sep).join("/");
    if (picomatch.isMatch(inside, pattern) && kindOf(path)) found.push(path);
  }
  if (found.length > 0) return found.sort();
  throw new ProblemError({
    code: "probe-data-not-found",
    message: `No file that can be read is named by ${glob}.`,
    remedy:
      "Name JSONL, CSV or Parquet files, texts or prompt files; paths start from the folder of the probe's file.",
    subject: "probe",
    path: root,
  });
}

/**
 * The files of a folder of folders, each labelled by the name of the folder right below it that holds it.
 * @throws ProblemError `probe-data-not-found`, and what {@link corpusFiles} throws
 */
export function labelledFiles(name: string, folder: string): DataFile[] {
  const root = resolve(folder, located(name, folder));
  const files = corpusFiles([root]).flatMap((file): DataFile[] => {
    const [label, ...rest] = relative(root, file.path).split(sep);
    return rest.length > 0 ? [{ ...file, label }] : [];
  });
  if (files.length > 0) return files;
  throw new ProblemError({
    code: "probe-data-not-found",
    message: `${root} holds no folder with texts.`,
    remedy: `Make one folder for each label in it, such as ${join(basename(root), "cheerful", "1.txt")}.`,
    subject: "probe",
    path: dirname(root),
  });
}
