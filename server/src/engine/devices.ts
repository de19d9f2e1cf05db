import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { listSupportedBackends } from "onnxruntime-node";
import type { Device, DeviceReport } from "../protocol/engine.ts";
import { Model } from "./models/model.ts";

const accelerators: Device[] = ["cuda", "coreml", "webgpu", "dml"];
const checkIds = Int32Array.of(1, 5, 9, 2, 7, 3, 8, 4);
const tolerance = 1e-2;

/** Devices that this build of onnxruntime carries. */
function bundled(): Device[] {
  const names = listSupportedBackends().map((backend) => backend.name);
  return accelerators.filter((device) => names.includes(device));
}

/** Opens a model on the device asked for; `auto` takes an accelerator only after it proved right and faster. */
export async function openOnDevice(
  folder: string,
  wanted: Device | "auto",
  threads: number,
): Promise<{ model: Model; device: Device; reason: string }> {
  if (wanted === "cpu")
    return {
      model: await Model.open(folder, { device: "cpu", threads }),
      device: "cpu",
      reason: "asked for",
    };
  const cpu = await Model.open(folder, { device: "cpu", threads });
  const reasons: string[] = [];
  for (const device of wanted === "auto" ? bundled().filter(present) : [wanted]) {
    const tried = await tryDevice(cpu, folder, device, threads);
    if (tried.model) {
      if (wanted === device || tried.faster) {
        await cpu.release();
        return { model: tried.model, device, reason: tried.reason };
      }
      await tried.model.release();
    }
    reasons.push(`${device}: ${tried.reason}`);
  }
  return { model: cpu, device: "cpu", reason: reasons.join("; ") || "no accelerator found" };
}

/** What runs here, for `doctor`; every device that is bundled is really tried with the given model. */
export async function reportDevices(folder: string, threads: number): Promise<DeviceReport[]> {
  const cpu = await Model.open(folder, { device: "cpu", threads });
  const reports: DeviceReport[] = [{ device: "cpu", available: true, reason: "always" }];
  for (const device of bundled()) {
    if (!present(device)) {
      reports.push({ device, available: false, reason: noHardware(device) });
      continue;
    }
    const { model, reason } = await tryDevice(cpu, folder, device, threads);
    reports.push({ device, available: model !== null, reason });
    await model?.release();
  }
  await cpu.release();
  return reports;
}

/**
 * Whether asking onnxruntime for the device makes sense: creating a WebGPU device without any Vulkan driver
 * can end the process, so it is not tried blindly.
 */
function present(device: Device): boolean {
  // onnxruntime names CUDA on every Linux build, but its library comes apart from the package.
  if (device === "cuda") return cudaLibrary();
  if (device !== "webgpu" || process.platform !== "linux") return true;
  return Boolean(process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES) || hasDrmDevice();
}

const noHardware = (device: Device) => `no driver or library that ${device} needs was found`;

async function tryDevice(cpu: Model, folder: string, device: Device, threads: number) {
  let model: Model;
  try {
    model = await Model.open(folder, { device, threads });
  } catch (error) {
    return { model: null, faster: false, reason: `not available (${firstLine(error)})` };
  }
  try {
    const [expected, cpuMs] = await timed(cpu);
    const [actual, deviceMs] = await timed(model);
    const worst = Math.max(
      ...expected.topLogprobs.map((value, i) => Math.abs(value - actual.topLogprobs[i])),
    );
    if (!(worst <= tolerance)) {
      await model.release();
      return {
        model: null,
        faster: false,
        reason: `self-check failed (log-probabilities differ by ${worst.toPrecision(2)})`,
      };
    }
    const speed = `${deviceMs.toFixed(1)} ms against ${cpuMs.toFixed(1)} ms on the CPU`;
    return {
      model,
      faster: deviceMs < cpuMs,
      reason: `self-check passed (${worst.toExponential(1)}), ${speed}`,
    };
  } catch (error) {
    await model.release();
    return { model: null, faster: false, reason: `failed while running (${firstLine(error)})` };
  }
}

async function timed(model: Model) {
  const ids = checkIds.map((id) => id % model.config.vocabulary);
  const result = await model.forward(ids);
  const start = performance.now();
  await model.forward(ids);
  return [result, performance.now() - start] as const;
}

const firstLine = (error: unknown) =>
  String((error as Error).message ?? error)
    .split("\n")[0]
    .slice(0, 200);

function hasDrmDevice(): boolean {
  return existsSync("/dev/dri");
}

function cudaLibrary(): boolean {
  const require = createRequire(import.meta.url);
  const folder = join(
    dirname(require.resolve("onnxruntime-node/package.json")),
    "bin",
    "napi-v6",
    process.platform,
    process.arch,
  );
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes("providers_cuda"));
}
