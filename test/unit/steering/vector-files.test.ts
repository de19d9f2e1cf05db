import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ProblemError } from "../../../server/src/host/problem-error.ts";
import { canonical, hookOf } from "../../../server/src/steering/vectors/names.ts";
import { pickVector } from "../../../server/src/steering/vectors/pick.ts";
import { readVectors } from "../../../server/src/steering/vectors/read.ts";
import { writeVectors } from "../../../server/src/steering/vectors/write.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-vector-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const facts = join(import.meta.dirname, "../../parity/steering/facts");
const gguf = readFileSync(join(facts, "repeng.gguf"));

/** Writes bytes as a file and reads it. */
function read(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return () => readVectors(path);
}

function safetensors(entries: Record<string, unknown>, data: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const f32 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const entry = (shape: number[], to: number, dtype = "F32") => ({ dtype, shape, data_offsets: [0, to] });

/** The file with the first place of a text overwritten. */
function changed(bytes: Buffer, at: string | number, value: ArrayLike<number>): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(value, typeof at === "string" ? copy.indexOf(at) : at);
  return copy;
}

describe("a GGUF file", () => {
  it.each([
    0,
    3,
    4,
    20,
    60,
    150,
    200,
    gguf.length - 32,
    gguf.length - 64,
  ])("cut after %i bytes is refused with its path", (length) => {
    try {
      read("cut.gguf", gguf.subarray(0, length))();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemError);
      const { problem } = error as ProblemError;
      expect(problem).toMatchObject({ code: "vector-file-invalid", path: join(folder, "cut.gguf") });
      expect(problem.message).toContain("cut.gguf");
    }
  });

  it("of a whole model is refused by its architecture, and no further read", () => {
    const other = changed(gguf, "controlvector", Buffer.from("llama-model!!"));
    // What follows is not there at all.
    const end = other.indexOf("llama-model!!") + 13;
    expect(read("model.gguf", other.subarray(0, end))).toThrow("of the architecture “llama-model!!”");
  });

  it("of another version or order of bytes is refused", () => {
    expect(read("v1.gguf", changed(gguf, 4, [1, 0, 0, 0]))).toThrow("the GGUF version 1");
    expect(read("big.gguf", changed(gguf, 4, [0, 0, 0, 3]))).toThrow("only 2 and 3 (little-endian)");
  });

  it("with directions in another type, or of another shape, is refused by the tensor's name", () => {
    const info = gguf.indexOf("direction.3") + "direction.3".length;
    // dimensions (4), one size (8), type.
    expect(read("f16.gguf", changed(gguf, info + 12, [1]))).toThrow("direction.3 in ggml's type 1");
    expect(read("long.gguf", changed(gguf, info + 4, [10]))).toThrow(
      "different lengths: 10 and, of direction.2, 9",
    );
    expect(read("huge.gguf", changed(gguf, info + 4, [0, 0, 0, 0, 1]))).toThrow(
      "direction.3 of 4294967296 numbers",
    );
    expect(read("far.gguf", changed(gguf, info + 16, [0, 1]))).toThrow("should have");
    expect(read("counts.gguf", changed(gguf, 8, Buffer.alloc(8, 255)))).toThrow("holds the count");
    expect(read("many.gguf", changed(gguf, 8, [0, 0, 1]))).toThrow("claims 65536 tensors");
  });

  it("whose numbers are not finite is refused", () => {
    const copy = Buffer.from(gguf);
    copy.writeFloatLE(Number.NaN, copy.length - 64);
    expect(read("nan.gguf", copy)).toThrow("NaN or infinity in direction.1");
  });
});

describe("a safetensors file", () => {
  it("of a model, of whole numbers, or of nothing is refused", () => {
    const matrix = safetensors({ "lm_head.weight": entry([2, 2], 16) }, f32(1, 2, 3, 4));
    expect(read("m.safetensors", matrix)).toThrow("lm_head.weight of shape [2,2], which is no vector");
    const whole = safetensors({ v: entry([2], 16, "I64") }, Buffer.alloc(16));
    expect(read("i.safetensors", whole)).toThrow("v in the type I64; vectors are F32, F16, BF16");
    const double = safetensors({ v: entry([2], 16, "F64") }, Buffer.alloc(16));
    expect(read("d.safetensors", double)).toThrow("of the type F64");
    expect(read("e.safetensors", safetensors({}, Buffer.alloc(0)))).toThrow("holds no steering vector");
    expect(read("s.safetensors", safetensors({ v: entry([], 4) }, f32(1)))).toThrow("of shape []");
  });

  it("that is cut, or a pickle, or no file is refused", () => {
    const whole = safetensors({ v: entry([2], 8) }, f32(1, 2));
    expect(read("ok.safetensors", whole)().vectors[0].vector).toEqual(Float32Array.of(1, 2));
    expect(read("c.safetensors", whole.subarray(0, -1))).toThrow("ends inside v");
    expect(read("h.safetensors", whole.subarray(0, 20))).toThrow("ends too early");
    expect(read("p.pt", Buffer.from([0x80, 2, 1, 1]))).toThrow("is a pickle");
    expect(read("z.pt", Buffer.from("PK\u0003\u0004"))).toThrow("is a pickle");
    expect(() => readVectors(join(folder, "none.gguf"))).toThrow("There is no file");
    mkdirSync(join(folder, "dir.gguf"));
    expect(() => readVectors(join(folder, "dir.gguf"))).toThrow("is no file");
  });

  it("with a single vector takes its hook point from the metadata", () => {
    const meta = { __metadata__: { hook: "blocks.4.hook_resid_mid", model: "m", odd: 3 } };
    const file = read("meta.safetensors", safetensors({ ...meta, v: entry([1], 4) }, f32(2)))();
    expect(file.vectors).toEqual([
      { name: "v", hook: "blocks.4.hook_resid_mid", vector: Float32Array.of(2) },
    ]);
    expect(file).toMatchObject({ facts: { model: "m", unit: null }, metadata: {} });
  });
});

describe("names of hook points", () => {
  it("are found in those that other programs give", () => {
    expect(["direction.12", "layer.0", "layers.7", "5"].map(hookOf)).toEqual(
      [12, 0, 7, 5].map((layer) => `blocks.${layer}.hook_resid_post`),
    );
    expect(
      ["direction", "direction.x", "w.3", "blocks.1.hook_mlp_out", "direction.1.bias"].map(hookOf),
    ).toEqual(Array(5).fill(null));
    expect(canonical("blocks.4.hook_resid_pre")).toBe("blocks.3.hook_resid_post");
    expect(canonical("blocks.0.hook_resid_pre")).toBe("blocks.0.hook_resid_pre");
  });
});

describe("writing", () => {
  const vector = Float32Array.of(1, 2);
  const nothing = { facts: { model: null, unit: null, method: null, made: null }, metadata: {} };

  it("refuses a name without a format, and a place that GGUF does not have", () => {
    const one = (hook: string) => ({ ...nothing, vectors: [{ hook, vector }] });
    expect(() => writeVectors(join(folder, "a.bin"), one("blocks.1.hook_resid_post"))).toThrow(
      "does not say",
    );
    for (const hook of ["blocks.0.hook_resid_post", "blocks.1.hook_resid_pre", "blocks.2.hook_resid_mid"])
      expect(() => writeVectors(join(folder, "a.gguf"), one(hook))).toThrow(`no place for ${hook}`);
    writeVectors(join(folder, "pre.gguf"), one("blocks.3.hook_resid_pre"));
    expect(readVectors(join(folder, "pre.gguf"))).toMatchObject({
      facts: { model: null },
      vectors: [{ hook: "blocks.2.hook_resid_post" }],
    });
  });

  it("says where it could not, and leaves nothing behind", () => {
    const path = join(folder, "dir.safetensors");
    mkdirSync(join(path, "x"), { recursive: true });
    const vectors = [{ hook: "blocks.1.hook_resid_post", vector }];
    expect(() => writeVectors(path, { ...nothing, vectors })).toThrow(`${path} could not be written`);
    expect(() => readVectors(`${path}.${process.pid}`)).toThrow("There is no file");
  });
});

describe("choosing one vector of a file", () => {
  const layers = readVectors(join(facts, "plain-layers.safetensors"));
  const single = readVectors(join(facts, "plain-single.safetensors"));

  it("goes by name, by hook point under either of its names, and by being the only one", () => {
    expect(pickVector(layers, { name: "layer.2" }).name).toBe("layer.2");
    expect(pickVector(layers, { hook: "blocks.1.hook_resid_post" }).name).toBe("layer.1");
    expect(pickVector(layers, { hook: "blocks.3.hook_resid_pre" }).name).toBe("layer.2");
    expect(pickVector(single, { hook: "blocks.3.hook_resid_mid" }).name).toBe("vector");
    expect(pickVector(single, {}).name).toBe("vector");
  });

  it("says what there is where it cannot", () => {
    expect(() => pickVector(layers, {})).toThrow("holds 2 vectors that could be meant: layer.1 (blocks.1");
    expect(() => pickVector(layers, { hook: "blocks.5.hook_resid_post" })).toThrow(
      "no vector for blocks.5.hook_resid_post; it has layer.1 (blocks.1.hook_resid_post), layer.2",
    );
    expect(() => pickVector(layers, { name: "layer.2", hook: "blocks.1.hook_resid_post" })).toThrow(
      "no vector layer.2 for blocks.1.hook_resid_post",
    );
  });
});
