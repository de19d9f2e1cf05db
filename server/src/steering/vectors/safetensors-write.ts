import type { NewVectors } from "./types.ts";
import { asTexts } from "./vector-file.ts";

/** A tensor to be written as f32, row-major. */
export interface NewTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** A safetensors file of steering vectors: one f32 tensor `[d]` a hook point, under its name; facts and metadata as texts. */
export function safetensorsBytes({ vectors, facts, metadata }: NewVectors): Buffer {
  const tensors = vectors.map(({ hook, vector }) => ({ name: hook, shape: [vector.length], data: vector }));
  return tensorBytes(tensors, Object.fromEntries(asTexts(facts, metadata)));
}

/** A safetensors file: f32 tensors, and texts in `__metadata__`. */
export function tensorBytes(tensors: NewTensor[], metadata: Record<string, string>): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, shape, data } of tensors) {
    const from = end;
    end += 4 * data.length;
    header[name] = { dtype: "F32", shape, data_offsets: [from, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  // Data begins at a multiple of 8, as the format asks; spaces may end a header.
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...tensors.map(({ data }) => f32Bytes(data))]);
}

/** f32 in little-endian order, whatever the machine's. */
export function f32Bytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes;
}
