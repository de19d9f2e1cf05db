import { Checkpoint } from "../weights/checkpoint.ts";
import { readF32 } from "../weights/safetensors.ts";
import { elementBytes } from "../weights/tensor.ts";
import type { Model } from "./model.ts";

/**
 * The direction `[d]` in the residual stream that raises a token's logit, but for the final norm's scale: the token's row of the
 * unembedding times the norm's gain; before a layer norm, which takes the mean off the residual, also centred.
 */
export function unembeddingRow({ folder, config }: Model, token: number): Float32Array {
  const checkpoint = Checkpoint.open(folder);
  const { dModel, vocabulary, family, tied } = config;
  const prefix = checkpoint.has("transformer.wte.weight") ? "transformer." : "";
  const [embedding, norm] =
    family === "gpt2"
      ? [`${prefix}wte.weight`, `${prefix}ln_f.weight`]
      : ["model.embed_tokens.weight", "model.norm.weight"];
  const table = checkpoint.get(tied ? embedding : "lm_head.weight", [vocabulary, dModel]);
  const length = dModel * elementBytes[table.dtype];
  const row = readF32({ ...table, shape: [dModel], offset: table.offset + token * length, length });
  const gain = readF32(checkpoint.get(norm, [dModel]));
  const direction = row.map((value, i) => value * gain[i]);
  if (family !== "gpt2") return direction;
  const mean = direction.reduce((sum, value) => sum + value, 0) / dModel;
  return direction.map((value) => value - mean);
}
