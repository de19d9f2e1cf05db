import { f32Bytes } from "../../files/tensor-bytes.ts";
import { postLayer } from "./names.ts";
import { vectorProblem } from "./problems.ts";
import type { NewVectors } from "./types.ts";
import { asTexts, ownKey } from "./vector-file.ts";

const alignment = 32;
/** GGUF's numbers of value types, and ggml's of f32. */
const [u32Type, textType, f32Type] = [4, 8, 0];

/**
 * A control vector in GGUF format (version 3) as llama.cpp and repeng read it: `direction.l` for `blocks.l.hook_resid_post`,
 * from layer 1 on; the hint is `metadata.family`, as repeng has it. Facts and metadata stand under keys that begin with `steerscope.`.
 * @throws ProblemError `vector-format` for a hook point that the format has no place for
 */
export function ggufBytes({ vectors, facts, metadata }: NewVectors): Buffer {
  const tensors = vectors
    .map(({ hook, vector }) => ({ layer: layerOf(hook), vector }))
    .sort((a, b) => a.layer - b.layer);
  const entries = [
    text("general.architecture", "controlvector"),
    text("controlvector.model_hint", metadata.family ?? facts.model ?? ""),
    Buffer.concat([length("controlvector.layer_count"), u32(u32Type), u32(tensors.length)]),
    ...asTexts(facts, metadata).map(([key, value]) => text(ownKey(key), value)),
  ];
  let offset = 0;
  const infos = tensors.map(({ layer, vector }) => {
    const info = [length(`direction.${layer}`), u32(1), u64(vector.length), u32(f32Type), u64(offset)];
    offset = aligned(offset + 4 * vector.length);
    return Buffer.concat(info);
  });
  const start = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(entries.length),
    ...entries,
    ...infos,
  ]);
  return Buffer.concat([padded(start), ...tensors.map(({ vector }) => padded(f32Bytes(vector)))]);
}

/**
 * The layer l of `direction.l`.
 * @throws ProblemError `vector-format` for a hook point that the format has no place for
 */
export function layerOf(hook: string): number {
  const layer = postLayer(hook);
  if (layer !== null && layer > 0) return layer;
  throw vectorProblem(
    "vector-format",
    `A GGUF control vector has no place for ${hook}: it holds the residual behind layers 1 and later.`,
    "Write it as .safetensors, or leave this hook point out.",
  );
}

const aligned = (length: number) => Math.ceil(length / alignment) * alignment;
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** Text behind its length. */
function length(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

const text = (key: string, value: string) => Buffer.concat([length(key), u32(textType), length(value)]);
