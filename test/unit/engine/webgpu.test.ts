import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Analysis, Device } from "../../../server/src/protocol/engine.ts";

/** Chromium's software Vulkan: right numbers, about a hundred times slower than a CPU. */
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const root = resolve(import.meta.dirname, "../../..");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-webgpu-"));
let host: EngineHost;

beforeAll(() => {
  if (!existsSync(driver))
    throw new Error(
      `${driver} is missing. As root: apt-get install -y --no-install-recommends chromium libvulkan1`,
    );
  // The engine's process inherits them; this one has loaded no Vulkan.
  process.env.VK_ICD_FILENAMES = driver;
  process.env.XDG_RUNTIME_DIR ??= scratch;
  const options = { memoryBudgetMB: 512, threads: 0, assets: join(root, "assets"), cache: scratch };
  host = new EngineHost({ module: join(root, "dist/engine.js"), options });
});
afterAll(() => {
  host?.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

const setup = (device: Device | "auto") => ({ model: "tinytown", saes: ["resid_post_3"], device });
const analyse = (device: Device | "auto"): Promise<Analysis> => {
  const text = "It was a rainy morning. Anna was sad and wept. Tears ran down her cheeks.";
  return host.analyse({ ...setup(device), key: device, messages: [{ role: null, text }] });
};

it("WebGPU gives the CPU's numbers", async () => {
  const described = await host.describe(setup("webgpu"));
  expect(described.model.deviceReason).toMatch(/self-check passed/);
  expect(described.model.device).toBe("webgpu");
  const [cpu, gpu] = [await analyse("cpu"), await analyse("webgpu")];
  expect([...gpu.ids]).toEqual([...cpu.ids]);
  for (let t = 1; t < cpu.ids.length; t++)
    expect(Math.abs(gpu.logprobs[t] - cpu.logprobs[t]), `token ${t}`).toBeLessThan(1e-3);
  expect([...gpu.saes[0].indices]).toEqual([...cpu.saes[0].indices]);
  gpu.saes[0].values.forEach((value, i) => {
    const expected = cpu.saes[0].values[i];
    expect(Math.abs(value - expected) / expected, `activation ${i}`).toBeLessThan(1e-3);
  });
});

it("auto stays on the CPU, since this WebGPU is slower, and says so", async () => {
  const { model } = await host.describe(setup("auto"));
  expect(model.device).toBe("cpu");
  expect(model.deviceReason).toMatch(/webgpu: self-check passed .* ms against .* ms on the CPU/);
  const report = (await host.devices()).find(({ device }) => device === "webgpu");
  expect(report).toMatchObject({ available: true, reason: expect.stringMatching(/self-check passed/) });
});
