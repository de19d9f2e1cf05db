import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readF32, readHeader } from "../../../server/src/engine/weights/safetensors.ts";
import { problemOf, writeSafetensors } from "./damage.ts";

const scratch = mkdtempSync(join(tmpdir(), "steerscope-header-"));
const file = join(scratch, "x.safetensors");
afterAll(() => rmSync(scratch, { recursive: true }));

const sound = { dtype: "F32", shape: [2, 1], data_offsets: [0, 8] };
const data = new Uint8Array(Float32Array.of(1.5, -2).buffer);

it("reads a sound file", () => {
  writeSafetensors(file, { __metadata__: { format: "pt" }, w: sound }, data);
  expect([...readF32(readHeader(file, "sae").tensors.get("w")!)]).toEqual([1.5, -2]);
});

it.each<[string, unknown]>([
  ["null", null],
  ["a list", []],
  ["no JSON", "{"],
  ["an entry null", { w: null }],
  ["an entry that is a number", { w: 1 }],
  ["no shape", { w: { ...sound, shape: undefined } }],
  ["negative dimensions that multiply to the right size", { w: { ...sound, shape: [-2, -1] } }],
  ["fractional dimensions that multiply to the right size", { w: { ...sound, shape: [0.5, 4] } }],
  ["dimensions in words that multiply to the right size", { w: { ...sound, shape: ["2", "1"] } }],
  ["no offsets", { w: { ...sound, data_offsets: null } }],
  ["one offset", { w: { ...sound, data_offsets: [0] } }],
  ["three offsets", { w: { ...sound, data_offsets: [0, 8, 8] } }],
  ["a negative offset", { w: { ...sound, data_offsets: [-8, 0] } }],
  ["offsets that run backwards", { w: { ...sound, data_offsets: [8, 0] } }],
  ["a type that is no text", { w: { ...sound, dtype: null } }],
  ["a type that every object knows", { w: { ...sound, dtype: "constructor" } }],
])("refuses a header with %s", async (_, header) => {
  writeSafetensors(file, header, data);
  const problem = await problemOf((async () => readHeader(file, "sae"))());
  expect(problem).toMatchObject({ code: "weights-invalid", subject: "sae", path: file });
  expect(problem.message).toContain(file);
});

it.each([
  [join(scratch, "no.safetensors"), "does not exist"],
  [scratch, "is no file"],
])("says that %s %s", async (path, what) => {
  expect(await problemOf((async () => readHeader(path, "sae"))())).toMatchObject({
    code: "weights-missing",
    message: `${path} ${what}.`,
  });
});
