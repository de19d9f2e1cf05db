import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { filesBelow } from "../../files/below.ts";
import { isSavedProbeName } from "./find.ts";

/** The trained probes in a folder and those below it, sorted. */
export const findProbes = async (folder: string): Promise<string[]> =>
  (await filesBelow(folder, isSavedProbeName)).sort();

/**
 * Which trained probes the entries of the setting `probes` mean: paths from the folder, or globs of them; an entry that begins
 * with `!` takes away what those before it named.
 * @param found the folder's probes; asked for only where a glob stands
 */
export async function probesNamed(
  entries: readonly string[],
  folder: string | null,
  found: (folder: string) => Promise<string[]>,
): Promise<string[]> {
  const paths = new Set<string>();
  for (const entry of entries) {
    const isLess = entry.startsWith("!");
    const value = isLess ? entry.slice(1) : entry;
    for (const path of await meant(value, folder, isLess ? async () => [...paths] : found))
      if (isLess) paths.delete(path);
      else paths.add(path);
  }
  return [...paths];
}

/** The entry that names a probe: its path from the folder where it lies in that. */
export function entryOf(path: string, folder: string | null): string {
  const from = folder === null ? null : relative(folder, path);
  return from === null || from.startsWith("..") || from === path ? path : from.split(sep).join("/");
}

async function meant(
  value: string,
  folder: string | null,
  found: (folder: string) => Promise<string[]>,
): Promise<string[]> {
  const whole = value.startsWith("~/") ? join(homedir(), value.slice(2)) : value;
  // Without a folder there is nothing that a relative path could start from.
  if (folder === null && !isAbsolute(whole)) return [];
  const path = resolve(folder ?? "", whole);
  if (existsSync(path) || !/[*?[{]/.test(whole)) return [path];
  if (folder === null) return [];
  const glob = whole.replace(/^\.\//, "");
  return (await found(folder)).filter((it) => picomatch.isMatch(entryOf(it, folder), glob, { dot: true }));
}
