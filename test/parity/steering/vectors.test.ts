import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readVectors } from "../../../server/src/steering/vectors/read.ts";
import { writeVectors } from "../../../server/src/steering/vectors/write.ts";
import { ours } from "./write_ours.ts";

const facts = join(import.meta.dirname, "facts");
type Rows = Record<string, number[]>;
const known = JSON.parse(readFileSync(join(facts, "vectors.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "steerscope-vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rowsOf = (path: string): Rows =>
  Object.fromEntries(readVectors(path).vectors.map(({ name, vector }) => [name, [...vector]]));

test("what repeng exports is read, each layer at the output of its block counted from 0", () => {
  const file = readVectors(join(facts, "repeng.gguf"));
  expect(file).toMatchObject({ format: "gguf", facts: { model: "llama", method: null } });
  expect(file.vectors.map(({ name, hook }) => [name, hook])).toEqual(
    [3, 2, 1].map((layer) => [`direction.${layer}`, `blocks.${layer}.hook_resid_post`]),
  );
  expect(rowsOf(join(facts, "repeng.gguf"))).toEqual(known.repeng);
});

test.each([
  ["plain-layers", ["blocks.1.hook_resid_post", "blocks.2.hook_resid_post"]],
  ["plain-single", [null]],
  ["plain-half", ["blocks.2.hook_resid_post"]],
])("what safetensors writes in %s is read", (name, hooks) => {
  const path = join(facts, `${name}.safetensors`);
  expect(rowsOf(path)).toEqual(known[name]);
  expect(readVectors(path).vectors.map(({ hook }) => hook)).toEqual(hooks);
});

describe.each(["gguf", "safetensors"])("what we write as %s", (format) => {
  const path = join(folder, `ours.${format}`);

  test("is the file that public readers were given", () => {
    writeVectors(path, ours);
    expect(readFileSync(path).equals(readFileSync(join(facts, `ours.${format}`)))).toBe(true);
  });

  test("holds to them what it holds to us, numbers, model and all that it says", () => {
    const { tensors, fields, metadata } = known[`ours.${format}`];
    const file = readVectors(join(facts, `ours.${format}`));
    const layers = [1, 3].map((layer) =>
      format === "gguf" ? `direction.${layer}` : `blocks.${layer}.hook_resid_post`,
    );
    expect(Object.keys(tensors).sort()).toEqual(layers);
    for (const { hook, vector } of ours.vectors) {
      expect(file.vectors.find((it) => it.hook === hook)?.vector).toEqual(vector);
      const name = format === "gguf" ? `direction.${/\d/.exec(hook)}` : hook;
      expect(Float32Array.from(tensors[name])).toEqual(vector);
    }
    expect(file.facts).toEqual(ours.facts);
    expect(file.metadata).toEqual(ours.metadata);
    const said = format === "gguf" ? fields : metadata;
    const prefix = format === "gguf" ? "steerscope." : "";
    for (const [key, text] of Object.entries({ ...ours.facts, ...ours.metadata }))
      expect(said[prefix + key]).toBe(text);
    if (format === "gguf")
      expect(fields).toMatchObject({
        "general.architecture": "controlvector",
        "controlvector.model_hint": "llama",
        "controlvector.layer_count": 2,
      });
  });
});
