import { existsSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { filesBelow } from "../../files/below.ts";
import { savedProbeEnding } from "../../protocol/probe-file.ts";
import { probeProblem } from "../problems.ts";
import { probeEnding } from "../spec/types.ts";
import { savedProbePath } from "./read.ts";

export const isSavedProbeName = (name: string): boolean => name.toLowerCase().endsWith(savedProbeEnding);

/** The name of a trained probe by its file. */
export const probeNameOf = (path: string): string => basename(path).slice(0, -savedProbeEnding.length);

/** Where a file that names a probe stands. */
export interface ProbePlaces {
  /** Folder of the file, which paths start from; null where it lies in none. */
  folder: string | null;
  /** Folder below which a name is looked for; null: beside the file only. */
  root: string | null;
}

/**
 * The file of a trained probe: of a path (also that of its specification, or without an ending) that file, of a name the probe beside the
 * file that names it, else the only one of that name below `root`.
 * @throws ProblemError `probe-no-folder`, `probe-ambiguous`, `probe-unknown`
 */
export async function findProbe(named: string, { folder, root }: ProbePlaces): Promise<string> {
  const isPath = isSavedProbeName(named) || named.toLowerCase().endsWith(probeEnding) || /[\\/]/.test(named);
  if (isPath) {
    if (folder === null && !isAbsolute(named))
      throw probeProblem("probe-no-folder", `“${named}” starts from no folder.`, "Save this file first.");
    const path = resolve(folder ?? "", named);
    return isSavedProbeName(path) ? path : savedProbePath(path);
  }
  const beside = folder === null ? null : join(folder, `${named}${savedProbeEnding}`);
  if (beside !== null && existsSync(beside)) return beside;
  const all = root === null ? [] : await filesBelow(root, isSavedProbeName);
  const found = all.filter((path) => probeNameOf(path) === named);
  if (found.length === 1) return found[0];
  if (found.length > 1)
    throw probeProblem(
      "probe-ambiguous",
      `${found.length} trained probes are called “${named}”: ${found.join(", ")}.`,
      "Name the one you mean by its path.",
    );
  const names = [...new Set(all.map(probeNameOf))].slice(0, 10).join(", ") || "none";
  throw probeProblem(
    "probe-unknown",
    `There is no trained probe “${named}” here (there are ${names}).`,
    `Train it (steerscope probe train ${named}${probeEnding}), or give its path, NAME${savedProbeEnding}.`,
  );
}
