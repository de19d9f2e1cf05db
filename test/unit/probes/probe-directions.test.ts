import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tensorBytes } from "../../../server/src/files/tensor-bytes.ts";
import { findProbe } from "../../../server/src/probes/saved/find.ts";
import { restoreProbe } from "../../../server/src/probes/saved/restore.ts";

const root = mkdtempSync(join(tmpdir(), "steerscope-saved-"));
const folder = join(root, "recipes");
const at = (...parts: string[]) => join(root, ...parts);

function save(path: string, weight: number[], settings: object = {}): void {
  const fit = {
    kind: "logistic",
    settings: { link: "binary", columns: 2, classes: 2, present: [0, 1], facts: [], ...settings },
  };
  const rest = { report: {}, reads: {}, target: {}, editor: {}, model: {} };
  writeFileSync(`${path}.probe.json`, JSON.stringify({ schema: "steerscope.probe/1", fit, ...rest }));
  const tensors = [
    { name: "weight", shape: [1, weight.length], data: Float32Array.from(weight) },
    { name: "bias", shape: [1], data: Float32Array.of(3) },
  ];
  writeFileSync(`${path}.probe.safetensors`, tensorBytes(tensors, {}));
}

beforeAll(() => {
  for (const it of ["recipes", "a", "b", "node_modules", ".hidden"]) mkdirSync(at(it));
  for (const it of ["recipes/near", "a/near", "a/far", "a/twice", "b/twice", "node_modules/lost"])
    save(at(it), [1, 2]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a trained probe", () => {
  it.each([
    ["near", "recipes/near"],
    ["far", "a/far"],
    ["../a/near.probe.json", "a/near"],
    ["../a/near.probe.yaml", "a/near"],
    ["../b/new", "b/new"],
  ])("named %s is found", async (named, expected) => {
    expect(await findProbe(named, { folder, root })).toBe(`${at(expected)}.probe.json`);
  });

  it.each([
    ["twice", root, "probe-ambiguous"],
    ["lost", root, "probe-unknown"],
    ["far", null, "probe-unknown"],
  ])("named %s below %s is not", async (named, below, code) => {
    await expect(findProbe(named, { folder, root: below })).rejects.toMatchObject({ problem: { code } });
  });

  it("starts from no folder where the recipe lies in none", async () => {
    const code = "probe-no-folder";
    await expect(findProbe("./a.probe.json", { folder: null, root })).rejects.toMatchObject({
      problem: { code },
    });
  });

  it("comes back with what it learnt", () => {
    const [direction] = restoreProbe(`${at("a/far")}.probe.json`).fit.directions();
    expect(direction).toEqual({ output: 1, vector: Float32Array.of(1, 2), bias: 3 });
  });

  it("says where it is damaged", () => {
    save(at("b/short"), [1]);
    expect(() => restoreProbe(`${at("b/short")}.probe.json`)).toThrow(
      /does not fit its tensors: .*: train the probe again\.$/,
    );
    rmSync(`${at("b/twice")}.probe.safetensors`);
    expect(() => restoreProbe(`${at("b/twice")}.probe.json`)).toThrow(/cannot be read/);
    expect(() => restoreProbe(`${at("b/none")}.probe.json`)).toThrow(/no trained probe/);
  });
});
