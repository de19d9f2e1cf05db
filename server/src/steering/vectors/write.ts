import { writeWhole } from "../../files/write-whole.ts";
import { ggufBytes, layerOf } from "./gguf-write.ts";
import { vectorProblem } from "./problems.ts";
import { safetensorsBytes } from "./safetensors-write.ts";
import type { NewVectors } from "./types.ts";

/**
 * Whether a file can be written under this name, before there is anything to write.
 * @returns true for GGUF
 * @throws ProblemError `vector-format` where the name says no format, or GGUF has no place for a hook point
 */
export function assertWritable(path: string, hooks: string[]): boolean {
  const gguf = /\.gguf$/i.test(path);
  if (!gguf && !/\.safetensors$/i.test(path))
    throw vectorProblem(
      "vector-format",
      `The name ${path} does not say which format is meant.`,
      "Name a file that ends in .safetensors or .gguf.",
      path,
    );
  if (gguf) for (const hook of hooks) layerOf(hook);
  return gguf;
}

/**
 * Writes steering vectors, by the file's name as GGUF (`.gguf`, for llama.cpp) or else as safetensors, in one step; a file
 * that is there is replaced.
 * @throws ProblemError as {@link assertWritable}, and `vector-file-unwritable`
 */
export function writeVectors(path: string, vectors: NewVectors): void {
  const gguf = assertWritable(
    path,
    vectors.vectors.map(({ hook }) => hook),
  );
  const bytes = gguf ? ggufBytes(vectors) : safetensorsBytes(vectors);
  try {
    writeWhole(path, bytes);
  } catch (error) {
    throw vectorProblem(
      "vector-file-unwritable",
      `${path} could not be written: ${(error as Error).message}.`,
      "Name a file in a folder that can be written to.",
      path,
    );
  }
}
