import { TensorFile } from "../../files/tensor-file.ts";
import { hookOf } from "./names.ts";
import { badVectors } from "./problems.ts";
import type { VectorFile } from "./types.ts";
import { assertPlausible, vectorFile } from "./vector-file.ts";

const floating = ["F32", "F16", "BF16"];
const mostTensors = 4096;

/**
 * Reads steering vectors of a safetensors file: tensors `[d]` (or `[1, d]`), named by their hook point as ours are, or by
 * their layer ({@link hookOf}); a file's only tensor may have any name, and its hook point stands in the metadata (`hook`) or
 * nowhere.
 * @throws ProblemError `vector-file-invalid`
 */
export function readSafetensors(path: string): VectorFile {
  const file = TensorFile.open(path, badVectors);
  try {
    const names = file.names();
    if (names.length > mostTensors)
      throw badVectors(path, `holds ${names.length} tensors, too many for steering vectors`);
    // All are looked at before one is read: a whole model is refused by its first matrix.
    const lengths = names.map((name) => lengthOf(file, name));
    assertPlausible(
      path,
      names.map((name, i) => ({ name, length: lengths[i] })),
    );
    const { hook, ...metadata } = file.metadata;
    return vectorFile(path, "safetensors", {
      metadata,
      model: metadata.model ?? null,
      tensors: names.map((name, i) => ({
        name,
        hook: hookOf(name) ?? (names.length === 1 && hook ? hookOf(hook) : null),
        vector: Float32Array.from(file.read(name, 0, lengths[i])),
      })),
    });
  } finally {
    file.close();
  }
}

function lengthOf(file: TensorFile, name: string): number {
  const shape = file.shape(name) as number[];
  if (shape.length === 0 || shape.slice(0, -1).some((size) => size !== 1))
    throw badVectors(file.path, `holds ${name} of shape [${shape}], which is no vector`);
  const dtype = file.dtype(name) as string;
  if (!floating.includes(dtype))
    throw badVectors(file.path, `holds ${name} in the type ${dtype}; vectors are ${floating.join(", ")}`);
  return shape.at(-1) as number;
}
