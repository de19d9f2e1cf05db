import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noEmbeddingModel } from "../../../server/src/analysis/explore/notes.ts";
import {
  embeddingIdentity,
  findEmbeddingModel,
  knownEmbeddingModels,
  snapshotsFolder,
} from "../../../server/src/hub/embedding-models.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "steerscope-hub-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

const needed = ["config.json", "tokenizer.json"];
/** Puts a snapshot with these files into the cache. */
function snapshot(id: string, files: string[], revision = "abc"): string {
  const folder = join(snapshotsFolder(id, cache), revision);
  write(folder, files);
  return folder;
}
function write(folder: string, files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
}

describe("the sentence-embedding model", () => {
  it("is the first known one that the cache holds whole", () => {
    expect(findEmbeddingModel("", cache)).toBeNull();
    snapshot("some/other", [...needed, "onnx/model.onnx"]);
    snapshot("sentence-transformers/all-MiniLM-L6-v2", [...needed, "model.safetensors"]);
    snapshot("Xenova/all-MiniLM-L6-v2", ["config.json", "onnx/model.onnx"]);
    expect(findEmbeddingModel("", cache)).toBeNull();
    const folder = snapshot("intfloat/multilingual-e5-small", [...needed, "model.onnx"]);
    expect(findEmbeddingModel("", cache)).toMatchObject({ folder, file: "model.onnx" });
    snapshot("BAAI/bge-small-en-v1.5", [...needed, "onnx/model.onnx"]);
    expect(findEmbeddingModel("", cache)?.id).toBe("BAAI/bge-small-en-v1.5");
  });

  it("is the one that is named, by id or folder, and no other in its place", () => {
    snapshot("Xenova/all-MiniLM-L6-v2", [...needed, "onnx/model.onnx"]);
    expect(findEmbeddingModel("some/other", cache)).toBeNull();
    const folder = snapshot("some/other", [...needed, "onnx/model_quantized.onnx"]);
    const found = findEmbeddingModel("some/other", cache);
    expect(found).toMatchObject({ id: "some/other", folder, file: "onnx/model_quantized.onnx" });
    write(folder, ["onnx/model.onnx", "model.onnx"]);
    expect(findEmbeddingModel(folder, cache)).toMatchObject({ id: folder, folder, file: "onnx/model.onnx" });
    for (const id of ["../..", "a/b/c", "owner", "/gone"]) expect(findEmbeddingModel(id, cache)).toBeNull();
  });

  it("is of the revision that main means", () => {
    for (const revision of ["aaa", "bbb", "ccc"])
      snapshot("some/other", [...needed, "onnx/model.onnx"], revision);
    const refs = join(snapshotsFolder("some/other", cache), "..", "refs");
    mkdirSync(refs);
    writeFileSync(join(refs, "main"), "bbb\n");
    expect(findEmbeddingModel("some/other", cache)?.folder).toMatch(/bbb$/);
  });

  it("reads prefixes where it is an E5, and pools by its first token where it is a BGE", () => {
    const conventions = knownEmbeddingModels.map((id) => {
      rmSync(cache, { recursive: true });
      snapshot(id, [...needed, "onnx/model.onnx"]);
      const { pooling, prefixes } = findEmbeddingModel("", cache)!;
      return [pooling, prefixes.query, prefixes.passage];
    });
    expect(conventions).toEqual([
      ["mean", "", ""],
      ["mean", "", ""],
      ["cls", "", ""],
      ["cls", "", ""],
      ["mean", "query: ", "passage: "],
      ["mean", "query: ", "passage: "],
    ]);
  });

  it("has another identity when one of its files is replaced", () => {
    const folder = snapshot("some/other", [...needed, "onnx/model.onnx"]);
    const model = findEmbeddingModel("some/other", cache)!;
    const before = embeddingIdentity(model);
    expect(embeddingIdentity(model)).toBe(before);
    utimesSync(join(folder, "onnx/model.onnx"), 1, 1);
    const after = embeddingIdentity(model);
    expect(after).not.toBe(before);
    write(folder, ["1_Pooling/config.json"]);
    expect(embeddingIdentity(model)).not.toBe(after);
  });
});

it("where there is none it is said what to get, and where it belongs", () => {
  const [first] = knownEmbeddingModels;
  expect(noEmbeddingModel("")).toContain(`hf download ${first} config.json tokenizer.json`);
  expect(noEmbeddingModel("")).toContain(snapshotsFolder(first));
  expect(noEmbeddingModel("")).toContain("downloads nothing");
  expect(noEmbeddingModel("some/other")).toMatch(/“some\/other” is no .*hf download some\/other /);
  expect(noEmbeddingModel("/gone", "--embedding-model")).toMatch(
    /“\/gone” is no .*hf download sentence-.*by --embedding-model/,
  );
});
