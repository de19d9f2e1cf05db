import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { LogitLens } from "../../../server/src/engine/lens/logit-lens.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { unreturned } from "../../../server/src/engine/runtime/unreturned.ts";
import { assets } from "../../parity/steering/engine.ts";

/** A stand-in for WebGPU that lets nothing be released while it is gone. */
const webgpu = vi.hoisted(() => ({ isGone: false }));

vi.mock("onnxruntime-node", async (importActual) => {
  const actual = await importActual<typeof import("onnxruntime-node")>();
  const create = async (bytes: Uint8Array, options: { executionProviders: string[] }) => {
    const session = await actual.InferenceSession.create(bytes, { ...options, executionProviders: ["cpu"] });
    const release = async () => {
      await session.release();
      if (webgpu.isGone) throw new Error("the device is gone");
    };
    return { inputNames: session.inputNames, outputNames: session.outputNames, release };
  };
  return { ...actual, InferenceSession: { create } };
});

it("a session that a lost device does not let go is not taken for open ever after", async () => {
  const model = await Model.open(join(assets, "tinytown/model"), { device: "cpu", threads: 1 });
  const open = () => LogitLens.open(model, { device: "webgpu", threads: 1 });
  const [first, second] = [await open(), await open()];
  webgpu.isGone = true;
  await expect(first.release()).rejects.toThrow("gone");
  expect(unreturned.bytes).toBeGreaterThan(0);
  webgpu.isGone = false;
  await second.release();
  expect(unreturned.bytes).toBe(0);
  await model.release();
});
