import { endianness } from "node:os";

/** A tensor to be written as f32, row-major. */
export interface NewTensor {
  name: string;
  shape: number[];
  data: Float32Array;
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

/** f32 in little-endian order, whatever the machine's; where that is the same, a view. */
export function f32Bytes(vector: Float32Array): Buffer {
  if (endianness() === "LE") return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes;
}
