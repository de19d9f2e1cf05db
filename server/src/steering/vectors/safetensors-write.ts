import { tensorBytes } from "../../files/tensor-bytes.ts";
import type { NewVectors } from "./types.ts";
import { asTexts } from "./vector-file.ts";

/** A safetensors file of steering vectors: one f32 tensor `[d]` a hook point, under its name; facts and metadata as texts. */
export function safetensorsBytes({ vectors, facts, metadata }: NewVectors): Buffer {
  const tensors = vectors.map(({ hook, vector }) => ({ name: hook, shape: [vector.length], data: vector }));
  return tensorBytes(tensors, Object.fromEntries(asTexts(facts, metadata)));
}
