import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { TensorFile } from "../../files/tensor-file.ts";
import { keysName, startsName } from "../../protocol/probes.ts";

/** A file of activations by what its header says. */
export interface ActivationFile {
  path: string;
  /** Names of its texts, in the order of its rows. */
  keys: string[];
  /** Widths of what was read, by its name; where a text's rows begin, for readings of all tokens. */
  readings: Map<string, { width: number; starts: Float32Array | null }>;
}

const ending = ".safetensors";

/**
 * What the files of a folder hold. One that cannot be read (cut short, written by something else) is removed: what it held
 * is computed again when it is wanted.
 * @param removed is told of those
 */
export function activationFiles(folder: string, removed: (why: string) => void): ActivationFile[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(ending));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => {
    const path = join(folder, name);
    try {
      return [readHeader(path)];
    } catch (error) {
      removed(`${(error as Error).message} It is removed, and its texts will be read again.`);
      rmSync(path, { force: true });
      return [];
    }
  });
}

/** @throws Error where the file is not whole */
export function readHeader(path: string): ActivationFile {
  const file = TensorFile.open(path, damaged);
  try {
    const keys = keysOf(path, file.metadata[keysName]);
    const readings: ActivationFile["readings"] = new Map();
    for (const name of file.names()) {
      const shape = file.shape(name) as number[];
      // Where rows begin belongs to the reading that is named without this ending.
      if (shape.length === 1) continue;
      const starts = file.shape(startsName(name)) ? file.f32(startsName(name), 0, keys.length + 1) : null;
      const rows = starts ? starts[keys.length] : keys.length;
      if (shape.length !== 2 || shape[0] !== rows)
        throw damaged(path, `holds ${name} of the shape [${shape}] for ${keys.length} texts`);
      readings.set(name, { width: shape[1], starts });
    }
    return { path, keys, readings };
  } finally {
    file.close();
  }
}

function keysOf(path: string, text: string | undefined): string[] {
  try {
    const keys = JSON.parse(text ?? "");
    if (Array.isArray(keys) && keys.every((key) => typeof key === "string")) return keys;
  } catch {
    // Said below.
  }
  throw damaged(path, "does not name its texts");
}

function damaged(path: string, what: string): Error {
  return new Error(`The file of activations ${path} ${what}.`);
}

/**
 * Removes files that were used longest ago until the folder's files are within a limit.
 * @param keep paths that stay, whatever they weigh
 * @returns paths of what was removed
 */
export function trimFolder(folder: string, limit: number, keep: ReadonlySet<string>): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .map((path) => ({ path, ...sizeAndUse(path) }))
    .sort((a, b) => a.used - b.used);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const removed: string[] = [];
  for (const { path, bytes: size } of files) {
    if (bytes <= limit) break;
    if (keep.has(path)) continue;
    rmSync(path, { force: true });
    bytes -= size;
    removed.push(path);
  }
  return removed;
}

function sizeAndUse(path: string): { bytes: number; used: number } {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, used: mtimeMs };
}
