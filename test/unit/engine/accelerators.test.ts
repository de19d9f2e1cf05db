import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isPresent } from "../../../server/src/engine/runtime/accelerators.ts";

const system = vi.hoisted(() => ({ files: [] as string[] }));
vi.mock("node:fs", async (importActual) => ({
  ...(await importActual<typeof import("node:fs")>()),
  existsSync: (path: string) => system.files.includes(path),
}));

describe.runIf(process.platform === "linux")("WebGPU on Linux is tried", () => {
  beforeEach(() => {
    vi.stubEnv("VK_ICD_FILENAMES", undefined);
    vi.stubEnv("VK_DRIVER_FILES", undefined);
    system.files = [];
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ["Mesa's devices", "/dev/dri"],
    // As in containers and servers: no /dev/dri there.
    ["NVIDIA's own driver", "/dev/nvidiactl"],
    ["Windows' graphics below WSL", "/dev/dxg"],
  ])("where there are %s", (_, file) => {
    expect(isPresent("webgpu")).toBe(false);
    system.files = [file];
    expect(isPresent("webgpu")).toBe(true);
  });

  it.each(["VK_ICD_FILENAMES", "VK_DRIVER_FILES"])("where %s names a driver", (name) => {
    vi.stubEnv(name, "/somewhere/icd.json");
    expect(isPresent("webgpu")).toBe(true);
  });
});
