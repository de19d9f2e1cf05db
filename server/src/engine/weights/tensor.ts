import type { Dtype } from "../onnx/graph.ts";

/** A tensor inside a safetensors file: where its bytes lie, nothing read yet. */
export interface TensorRef {
  name: string;
  /** Real path (symlinks resolved). */
  file: string;
  dtype: Extract<Dtype, "f32" | "f16" | "bf16">;
  shape: number[];
  /** Bytes from the start of the file. */
  offset: number;
  length: number;
  /** Of the file when its header was read: another one means that these offsets are not that file's. */
  fingerprint: string;
  /** What a problem of this tensor is a problem of. */
  subject: "model" | "sae" | "probe";
}

/** Size in bytes of one element. */
export const elementBytes = { f32: 4, f16: 2, bf16: 2 } as const;

/** Converts raw little-endian bytes to f32, exactly (every f16 and bf16 value is an f32 value). */
export function toF32(bytes: Uint8Array, dtype: TensorRef["dtype"]): Float32Array {
  const copy = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (dtype === "f32") return new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4);
  const halves = new Uint16Array(copy.buffer, copy.byteOffset, copy.byteLength / 2);
  const out = new Float32Array(halves.length);
  if (dtype === "bf16") {
    const bits = new Uint32Array(out.buffer);
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
    return out;
  }
  for (let i = 0; i < halves.length; i++) out[i] = halfToFloat(halves[i]);
  return out;
}

function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
