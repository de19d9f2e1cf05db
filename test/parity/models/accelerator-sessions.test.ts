import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { LogitLens } from "../../../server/src/engine/lens/logit-lens.ts";
import { Branches } from "../../../server/src/engine/models/branches.ts";
import { canonicalHook, patternHook } from "../../../server/src/engine/models/hooks.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { openResiduals } from "../../../server/src/engine/models/residuals.ts";
import { fixtures, readCase } from "./harness.ts";

vi.mock("onnxruntime-node", async () => (await import("./on-accelerator.ts")).withoutAccelerator());

const devices = ["cpu", "webgpu"] as const;
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>) => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 4);
};

describe.each(
  fixtures.filter((name) => /gqa|gpt2-f32|window/.test(name)),
)("sessions beside %s, on an accelerator as on the CPU", (name) => {
  const facts = readCase(name);
  const ids = Int32Array.from(facts.sequences[0]);
  const hook = `blocks.${facts.layers - 1}.hook_resid_post`;
  const models: Model[] = [];
  /** What a session of each device says, the CPU's first. */
  const both = async <T>(of: (model: Model, device: "cpu" | "webgpu") => Promise<T>) =>
    Promise.all(devices.map((device, i) => of(models[i], device)));
  beforeAll(async () => {
    for (const device of devices)
      models.push(await Model.open(join(import.meta.dirname, "facts", name), { device, threads: 1 }));
  });
  afterAll(async () => {
    for (const model of models) await model.release();
  });

  test("residuals and attention weights", async () => {
    const hooks = ["blocks.0.hook_resid_post", patternHook(0)];
    const [cpu, other] = await both(async (model, device) => {
      const reader = await openResiduals(model, hooks, { device, threads: 1 });
      return reader.read(ids).finally(() => reader.release());
    });
    for (const it of hooks) close(other.get(it)!, cpu.get(it)!);
  });

  test("the logit lens", async () => {
    const { captures } = await models[0].forward(ids, { capture: [hook] });
    const [cpu, other] = await both(async (model, device) => {
      const lens = await LogitLens.open(model, { device, threads: 1 });
      return lens.read(captures.get(hook)!, ids, 5).finally(() => lens.release());
    });
    close(other.topLogprobs, cpu.topLogprobs);
    close(other.targetLogprobs, cpu.targetLogprobs);
    expect([...other.targetRanks]).toEqual([...cpu.targetRanks]);
  });

  test.each([
    "blocks.0.hook_resid_post",
    `blocks.${facts.layers - 1}.hook_resid_pre`,
  ])("branches from %s", async (from) => {
    const [cpu, other] = await both(async (model, device) => {
      const before = model.newCache();
      await model.forward(ids.subarray(0, -1), { cache: before });
      const { captures } = await model.forward(ids.subarray(-1), { cache: before, capture: [from] });
      before.truncate(ids.length - 1);
      const row = captures.get(from)!;
      const rows = Float32Array.from([...row, ...row.map((it) => 1.5 * it)]);
      const options = { device, threads: 1 };
      const branches = await Branches.open(model, canonicalHook(from), options, Number.POSITIVE_INFINITY);
      return branches
        .read(before, rows, Int32Array.of(1, 2, 3, 4, 5, 6), 2)
        .finally(() => branches.release());
    });
    close(other.logprob, cpu.logprob);
    expect([...other.rank]).toEqual([...cpu.rank]);
  });
});
