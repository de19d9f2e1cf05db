import { badVectors } from "./problems.ts";
import type { NamedVector, VectorFacts, VectorFile } from "./types.ts";

/** Longer than any model's residual, and more numbers than all layers of one have. */
const longest = 2 ** 20;
const mostNumbers = 2 ** 24;

/** Under which key a GGUF file keeps what safetensors keep in `__metadata__`. */
export const ownKey = (key: string) => `steerscope.${key}`;

/**
 * Refuses sizes that steering vectors do not have, before they are read.
 * @throws ProblemError `vector-file-invalid`
 */
export function assertPlausible(path: string, tensors: { name: string; length: number }[]): void {
  for (const { name, length } of tensors)
    if (length < 1 || length > longest)
      throw badVectors(path, `holds ${name} of ${length} numbers, which is no steering vector`);
  const all = tensors.reduce((sum, { length }) => sum + length, 0);
  if (all > mostNumbers) throw badVectors(path, `holds ${all} numbers, too many for steering vectors`);
}

/**
 * Makes a {@link VectorFile} of what was read.
 * @throws ProblemError `vector-file-invalid` where there is none, lengths differ, or a number is not finite
 */
export function vectorFile(
  path: string,
  format: VectorFile["format"],
  read: { metadata: Record<string, string>; model: string | null; tensors: NamedVector[] },
): VectorFile {
  const { metadata, model, tensors } = read;
  if (tensors.length === 0) throw badVectors(path, "holds no steering vector");
  const [{ vector: first }] = tensors;
  for (const { name, vector } of tensors) {
    if (vector.length !== first.length)
      throw badVectors(
        path,
        `holds vectors of different lengths: ${first.length} and, of ${name}, ${vector.length}`,
      );
    if (vector.some((value) => !Number.isFinite(value)))
      throw badVectors(path, `holds NaN or infinity in ${name}`);
  }
  const { unit, method, made, model: _, ...others } = metadata;
  const facts: VectorFacts = { model, unit: unit ?? null, method: method ?? null, made: made ?? null };
  return { path, format, facts, metadata: others, vectors: tensors };
}

/** Facts and metadata as one list of texts, as both formats keep them. */
export function asTexts(facts: VectorFacts, metadata: Record<string, string>): [string, string][] {
  const known = Object.entries(facts).flatMap(([key, value]) => (value === null ? [] : [[key, value]]));
  return [...known, ...Object.entries(metadata)] as [string, string][];
}
