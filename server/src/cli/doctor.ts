import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { cachedModels } from "../host/hub-cache.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import { toProblem } from "../host/problem-error.ts";
import { hubCacheFolder } from "../hub/cache-folder.ts";
import type { DeviceReport } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import { withEngine } from "./engine.ts";
import { problemText } from "./problems.ts";

/** The object of `doctor --json`. */
interface DoctorReport {
  schema: "steerscope.doctor/1";
  versions: { steerscope: string; node: string; onnxruntime: string | null };
  platform: { os: NodeJS.Platform; arch: string; cores: number; memoryMB: number; freeMemoryMB: number };
  /** What the engine can run on; empty where it does not start. */
  devices: DeviceReport[];
  models: string[];
  folders: { assets: string; cache: string; hub: string };
  problems: Problem[];
}

const MB = 2 ** 20;

/** `steerscope doctor`: what runs here. Exit status 1 where the engine does not. */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const report = await examine();
  if (json) console.log(JSON.stringify(report, null, 2));
  else print(report);
  if (report.problems.length > 0) process.exitCode = 1;
}

async function examine(): Promise<DoctorReport> {
  const install = findInstall(import.meta.url);
  const hub = hubCacheFolder();
  const problems: Problem[] = [];
  const devices = await withEngine((host) => host.devices()).catch((error) => {
    problems.push(toProblem(error));
    return [];
  });
  return {
    schema: "steerscope.doctor/1",
    versions: {
      steerscope: versionIn(join(install.assets, "..", "package.json")) ?? "unknown",
      node: process.versions.node,
      onnxruntime: onnxruntimeVersion(),
    },
    platform: {
      os: process.platform,
      arch: process.arch,
      cores: availableParallelism(),
      memoryMB: Math.round(totalmem() / MB),
      freeMemoryMB: Math.round(freemem() / MB),
    },
    devices,
    models: ["tinytown", ...(await cachedModels(hub))],
    folders: { assets: install.assets, cache: cacheFolder(), hub },
    problems,
  };
}

function onnxruntimeVersion(): string | null {
  try {
    return versionIn(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  } catch {
    return null;
  }
}

function versionIn(file: string): string | null {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  } catch {
    return null;
  }
}

function print({ versions, platform, devices, models, folders, problems }: DoctorReport): void {
  console.log(
    `steerscope ${versions.steerscope} · Node ${versions.node} · onnxruntime ${versions.onnxruntime ?? "not found"}`,
  );
  console.log(
    `${platform.os} ${platform.arch} · ${platform.cores} cores · ${platform.memoryMB} MB of memory, ${platform.freeMemoryMB} MB free`,
  );
  console.log("\nDevices");
  for (const { device, available, reason } of devices) {
    console.log(`  ${available ? "yes" : "no "} ${device.padEnd(6)} ${reason}`);
  }
  console.log(`\nModels\n${models.map((model) => `  ${model}`).join("\n")}`);
  console.log("\nFolders");
  for (const [name, folder] of Object.entries(folders)) console.log(`  ${name.padEnd(6)} ${folder}`);
  for (const problem of problems) console.error(problemText(problem));
}
