import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tensorBytes } from "../../../server/src/files/tensor-bytes.ts";
import { readVectorFile } from "../../../server/src/steering/compare/vector-files.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-vectors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, names: string[]): string {
  const path = join(folder, name);
  const tensors = names.map((it, i) => ({ name: it, shape: [2], data: Float32Array.of(i, 1) }));
  writeFileSync(path, tensorBytes(tensors, {}));
  return path;
}

describe("a recipe's vector file", () => {
  it("gives vectors by hook point, and one that belongs nowhere for any", async () => {
    const hooked = await readVectorFile(file("hooked.safetensors", ["direction.2", "direction.3"]), null);
    expect([...hooked.vectors.keys()]).toEqual(["blocks.2.hook_resid_post", "blocks.3.hook_resid_post"]);
    const single = await readVectorFile(file("single.safetensors", ["happy"]), null);
    expect([...single.vectors.keys()]).toEqual([""]);
  });

  it("asks which is meant where several belong nowhere", async () => {
    const path = file("several.safetensors", ["happy", "sad"]);
    await expect(readVectorFile(path, null)).rejects.toThrow(
      /does not say where its vectors belong: happy, sad/,
    );
    const { vectors } = await readVectorFile(path, "sad");
    expect([...vectors.values()].map((it) => it[0])).toEqual([1]);
    await expect(readVectorFile(path, "angry")).rejects.toThrow(/no vector “angry”/);
  });
});
