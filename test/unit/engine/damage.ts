import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { EngineError } from "../../../server/src/engine/errors.ts";

/** The problem that a piece of work ends with. */
export async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  const { problem } = error as EngineError;
  expect(problem.remedy).not.toBe("");
  return problem;
}

/** Rewrites a JSON file. */
export const editJson = (file: string, change: (json: Record<string, unknown>) => void) => {
  const json = JSON.parse(readFileSync(file, "utf8"));
  change(json);
  writeFileSync(file, JSON.stringify(json));
};

/** Rewrites the header of a safetensors file, keeping its data. */
export function editHeader(
  file: string,
  change: (header: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>) => void,
) {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([size, text, bytes.subarray(8 + length)]));
}

/** Calls a tensor's bytes integers of the same size: a valid file, with a type that no weight has. */
export function asIntegers(file: string, name: string) {
  editHeader(file, (header) => {
    header[name].dtype = header[name].dtype === "F32" ? "I32" : "I16";
  });
}

/** Adds an f32 tensor `[n]` to a safetensors file. */
export function addTensor(file: string, name: string, values: Float32Array) {
  const bytes = readFileSync(file);
  const end = bytes.length - 8 - Number(bytes.readBigUInt64LE(0));
  writeFileSync(file, Buffer.concat([bytes, new Uint8Array(values.buffer)]));
  editHeader(file, (header) => {
    header[name] = { dtype: "F32", shape: [values.length], data_offsets: [end, end + values.byteLength] };
  });
}

/** Writes a safetensors file from a header of any kind. */
export function writeSafetensors(file: string, header: unknown, data = new Uint8Array(0)) {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([size, text, data]));
}

/** Puts another file of the same bytes in its place, as a download that ends does; what is mapped stays. */
export function replace(file: string) {
  cpSync(file, `${file}.new`);
  renameSync(`${file}.new`, file);
}
