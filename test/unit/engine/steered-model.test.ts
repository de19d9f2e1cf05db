import { afterEach, expect, it, vi } from "vitest";
import { blameDevice } from "../../../server/src/engine/device-blame.ts";
import { DeviceLost, EngineError, FoundOnCpu } from "../../../server/src/engine/errors.ts";
import type { BlockSpec } from "../../../server/src/engine/models/blocks.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { SteeredModel } from "../../../server/src/engine/steering/steered-model.ts";
import type { Device } from "../../../server/src/protocol/engine.ts";

afterEach(() => vi.restoreAllMocks());

const setupOn = (device: Device) =>
  ({
    loaded: { identity: "a model" },
    model: { folder: "/a/model", bytes: 100 },
    description: { model: { device } },
  }) as unknown as LoadedSetup;
const added = ["blocks.1.hook_resid_post"];
const specs = [{ hook: added[0] } as BlockSpec];

it("a model too large for a second session can be steered by a vector on every device, and by what reads the stream on none", async () => {
  const second = { release: async () => {} } as Model;
  const open = vi.spyOn(Model, "open").mockResolvedValue(second);
  const models = new SteeredModel(1, 150, () => {});
  const onCpu = setupOn("cpu");
  expect(await models.get(onCpu, { specs: [], added })).toBe(onCpu.model);
  expect(open).not.toHaveBeenCalled();
  expect(await models.get(setupOn("webgpu"), { specs: [], added })).toBe(second);
  for (const device of ["cpu", "webgpu"] as const)
    await expect(models.get(setupOn(device), { specs, added: [] })).rejects.toMatchObject({
      problem: { code: "memory-budget" },
    });
  await models.release();
});

it("numbers that are not finite are an accelerator's fault, unless the CPU's kernels found them", () => {
  const problem = { code: "weights-nan", message: "No number.", remedy: "None.", subject: "model" } as const;
  const [byDevice, byKernels] = [new EngineError(problem), new FoundOnCpu(problem)];
  expect(blameDevice(byDevice, setupOn("webgpu"))).toBeInstanceOf(DeviceLost);
  expect(blameDevice(byKernels, setupOn("webgpu"))).toBe(byKernels);
  expect(blameDevice(byDevice, setupOn("cpu"))).toBe(byDevice);
});
