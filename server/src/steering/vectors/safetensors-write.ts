import type { NewVectors } from "./types.ts";
import { asTexts } from "./vector-file.ts";

/** A safetensors file: one f32 tensor `[d]` a hook point, under its name; facts and metadata as texts in `__metadata__`. */
export function safetensorsBytes({ vectors, facts, metadata }: NewVectors): Buffer {
  const header: Record<string, unknown> = { __metadata__: Object.fromEntries(asTexts(facts, metadata)) };
  let end = 0;
  for (const { hook, vector } of vectors) {
    const from = end;
    end += 4 * vector.length;
    header[hook] = { dtype: "F32", shape: [vector.length], data_offsets: [from, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  // Data begins at a multiple of 8, as the format asks; spaces may end a header.
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...vectors.map(({ vector }) => f32Bytes(vector))]);
}

/** f32 in little-endian order, whatever the machine's. */
export function f32Bytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes;
}
