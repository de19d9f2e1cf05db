import { cpSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fingerprint } from "../../../server/src/engine/files/fingerprint.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Graph } from "../../../server/src/engine/onnx/graph.ts";
import { Session } from "../../../server/src/engine/runtime/session.ts";
import { WeightBinder } from "../../../server/src/engine/runtime/weight-binder.ts";
import { readF32, readHeader } from "../../../server/src/engine/weights/safetensors.ts";
import { problemOf, replace, writeSafetensors } from "./damage.ts";

const tiny = join(import.meta.dirname, "../../parity/models/facts/llama-mha-tied-f32");
const cpu = { device: "cpu", threads: 1 } as const;
const scratch = mkdtempSync(join(tmpdir(), "steerscope-replaced-"));
const file = join(scratch, "w.safetensors");
afterAll(() => rmSync(scratch, { recursive: true }));
beforeEach(() => {
  const header = { w: { dtype: "F32", shape: [4, 4], data_offsets: [0, 64] } };
  writeSafetensors(file, header, new Uint8Array(64));
});

/** Makes a session over the file, as it was when its header was read. */
function session(ref = readHeader(file, "sae").tensors.get("w")!) {
  const graph = new Graph();
  const binder = new WeightBinder(graph, [ref]);
  const x = graph.input("x", "f32", ["T", 4]);
  graph.expose(graph.node("MatMul", [x, binder.f32(ref)], {}, "y"), "f32", ["T", 4]);
  return Session.create(graph, binder, cpu, "sae");
}

const replacements: [string, () => void][] = [
  ["by another file", () => replace(file)],
  ["by nothing", () => rmSync(file)],
  ["by less", () => truncateSync(file, 20)],
  ["in place", () => utimesSync(file, 1, 1)],
];

it("a file left alone is intact", async () => {
  const open = await session();
  expect(open.intact).toBe(true);
  expect(open.identity).toContain(fingerprint(file));
  await open.release();
});

describe.each(replacements)("a file replaced %s", (_, change) => {
  const expected = { code: "weights-replaced", subject: "sae", path: file };

  it("after its header was read makes no session", async () => {
    const ref = readHeader(file, "sae").tensors.get("w")!;
    change();
    expect(await problemOf(session(ref))).toMatchObject(expected);
  });

  it("while the session is made makes none", async () => {
    const making = session();
    change();
    expect(await problemOf(making)).toMatchObject(expected);
  });

  it("after its header was read is not read", async () => {
    const ref = readHeader(file, "sae").tensors.get("w")!;
    change();
    expect(await problemOf((async () => readF32(ref))())).toMatchObject(expected);
  });
});

describe("weights of a model in a session", () => {
  let open: Model;
  let weights: string;
  beforeEach(async () => {
    const folder = mkdtempSync(join(scratch, "model-"));
    cpSync(tiny, folder, { recursive: true });
    weights = join(folder, "model.safetensors");
    open = await Model.open(folder, cpu);
    return () => open.release();
  });
  const ids = Int32Array.of(1, 2);

  it("replaced before a run stop it before it touches what is mapped", async () => {
    // Its type hides that it is a class.
    const { prototype } = InferenceSession as unknown as { prototype: InferenceSession };
    const run = vi.spyOn(prototype, "run");
    replace(weights);
    expect(await problemOf(open.forward(ids))).toMatchObject({ code: "weights-replaced", path: weights });
    expect(run).not.toHaveBeenCalled();
    run.mockRestore();
  });

  it("replaced during a run void it", async () => {
    const cache = open.newCache();
    const running = open.forward(ids, { cache });
    replace(weights);
    expect(await problemOf(running)).toMatchObject({ code: "weights-replaced", path: weights });
    expect(cache.length).toBe(0);
  });
});

it("a fingerprint tells a file that is gone from one that is empty", () => {
  const before = fingerprint(file);
  writeFileSync(file, "");
  const empty = fingerprint(file);
  rmSync(file);
  expect(new Set([before, empty, fingerprint(file)]).size).toBe(3);
});
