import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { listSupportedBackends } from "onnxruntime-node";
import type { Device } from "../../protocol/engine.ts";

const accelerators: Device[] = ["cuda", "coreml", "webgpu", "dml"];

/** Accelerators that this build of onnxruntime carries, best guess first. */
export function bundledAccelerators(): Device[] {
  const names = listSupportedBackends().map((backend) => backend.name);
  return accelerators.filter((device) => names.includes(device));
}

/** What a driver with Vulkan leaves in a Linux system: Mesa's, NVIDIA's own, and Windows' below WSL. */
const graphics = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];

/**
 * Whether asking onnxruntime for the device makes sense: where there is no Vulkan driver WebGPU is not tried, since that takes
 * time and warns on the process's output.
 */
export function isPresent(device: Device): boolean {
  // onnxruntime names CUDA on every Linux build, but its library comes apart from the package.
  if (device === "cuda") return hasCudaLibrary();
  if (device !== "webgpu" || process.platform !== "linux") return true;
  return (
    Boolean(process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES) ||
    graphics.some((it) => existsSync(it))
  );
}

function hasCudaLibrary(): boolean {
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
