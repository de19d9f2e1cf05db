import { readFileSync } from "node:fs";

/** A stored f32 tensor, row-major. */
export interface Fact {
  shape: number[];
  data: Float32Array;
}

/** Reads a small safetensors file of f32 tensors, without the engine's reader, which is under test. */
export function readFacts(path: string): Map<string, Fact> {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const facts = new Map<string, Fact>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (dtype !== "F32") throw new Error(`${path}: ${name} is ${dtype}, facts are F32.`);
    const [from, to] = data_offsets.map((offset) => 8 + headerLength + offset);
    facts.set(name, { shape, data: new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer) });
  }
  return facts;
}

/** Rows `[from, to)` of a matrix `[T, width]`. */
export function rowsOf(data: Float32Array, width: number, from: number, to: number): Float32Array {
  return data.subarray(from * width, to * width);
}

/** ‖a−b‖/‖b‖ of two vectors, 0 where both vanish. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

/** The largest {@link relativeError} of a row, and where; lengths must agree. A NaN anywhere is infinitely wrong. */
export function worstRow(a: Float32Array, b: Float32Array, width: number): { row: number; error: number } {
  if (a.length !== b.length) return { row: -1, error: Number.POSITIVE_INFINITY };
  let worst = { row: -1, error: 0 };
  for (let row = 0; row * width < b.length; row++) {
    const error = relativeError(rowsOf(a, width, row, row + 1), rowsOf(b, width, row, row + 1));
    if (!(error <= worst.error))
      worst = { row, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error };
  }
  return worst;
}
