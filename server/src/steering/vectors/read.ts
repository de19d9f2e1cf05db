import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readGguf } from "./gguf-read.ts";
import { badVectors, vectorProblem } from "./problems.ts";
import { readSafetensors } from "./safetensors-read.ts";
import type { VectorFile } from "./types.ts";

/**
 * Reads a file of steering vectors, in GGUF or safetensors format whatever its name; sizes are checked before anything is
 * read, and no more than headers and vectors is.
 * @throws ProblemError `vector-file-missing`, `vector-file-invalid`
 */
export function readVectors(path: string): VectorFile {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw vectorProblem(
      "vector-file-missing",
      code === "ENOENT" ? `There is no file ${path}.` : `${path} cannot be read: ${code}.`,
      "Name a steering vector in safetensors or GGUF format.",
      path,
    );
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw badVectors(path, "is no file");
    const magic = Buffer.alloc(4);
    readSync(fd, magic, 0, 4, 0);
    if (magic.toString("latin1") === "GGUF") return readGguf(path, fd, stats.size);
    if (looksPickled(magic))
      throw badVectors(
        path,
        "is a pickle (.pt, .bin), which could run code, so it is not read",
        "Write it as safetensors with the program that made it.",
      );
    return readSafetensors(path);
  } finally {
    closeSync(fd);
  }
}

/** The first bytes of a pickle or of the zip that newer ones are packed into. */
function looksPickled(magic: Buffer): boolean {
  return (magic[0] === 0x80 && magic[1] >= 2 && magic[1] <= 5) || magic.toString("latin1", 0, 2) === "PK";
}
