import { availableParallelism, freemem, totalmem } from "node:os";
import { cachedModels } from "../host/hub-cache.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import { toProblem } from "../host/problem-error.ts";
import { hubCacheFolder } from "../hub/cache-folder.ts";
import type { Device, DeviceReport } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { withEngine } from "./engine.ts";
import { problemText } from "./problems.ts";
import { onnxruntimeVersion, ownVersion } from "./versions.ts";

/** The object of `doctor --json`. */
interface DoctorReport {
  schema: "steerscope.doctor/1";
  versions: { steerscope: string; node: string; onnxruntime: string | null };
  platform: { os: NodeJS.Platform; arch: string; cores: number; memoryMB: number; freeMemoryMB: number };
  /** What the engine can run on; empty where it does not start. */
  devices: DeviceReport[];
  /** What the device `auto` is for the embedded model, and why; null where the engine does not start. */
  auto: { device: Device; reason: string } | null;
  /** What a run may use where no setting says otherwise; 0 threads are one a physical core. */
  limits: { memoryBudgetMB: number; threads: number };
  models: string[];
  /** SAEs that ship with the embedded model. */
  saes: string[];
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
  let devices: DeviceReport[] = [];
  let auto: DoctorReport["auto"] = null;
  let saes: string[] = [];
  await withEngine(async (host) => {
    devices = await host.devices();
    const { model, saes: shipped } = await host.describe({ model: "tinytown", saes: null, device: "auto" });
    auto = { device: model.device, reason: model.deviceReason };
    saes = shipped.map((sae) => sae.id);
  }).catch((error) => problems.push(toProblem(error)));
  return {
    schema: "steerscope.doctor/1",
    versions: {
      steerscope: ownVersion(),
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
    auto,
    limits: { memoryBudgetMB: defaultSettings.memoryBudgetMB, threads: defaultSettings.threads },
    saes,
    models: ["tinytown", ...(await cachedModels(hub))],
    folders: { assets: install.assets, cache: cacheFolder(), hub },
    problems,
  };
}

function print(report: DoctorReport): void {
  const { versions, platform, devices, auto, limits, models, saes, folders, problems } = report;
  console.log(
    `steerscope ${versions.steerscope} · Node ${versions.node} · onnxruntime ${versions.onnxruntime ?? "not found"}`,
  );
  console.log(
    `${platform.os} ${platform.arch} · ${platform.cores} cores · ${platform.memoryMB} MB of memory, ${platform.freeMemoryMB} MB free`,
  );
  const threads = limits.threads === 0 ? "one thread a physical core" : `${limits.threads} threads`;
  console.log(`Models and caches may use ${limits.memoryBudgetMB} MB, a run ${threads}`);
  section(
    "Devices",
    devices.map(
      ({ device, available, reason }) => `${available ? "yes" : "no "} ${device.padEnd(6)} ${reason}`,
    ),
  );
  if (auto) console.log(`  auto takes ${auto.device}: ${auto.reason}`);
  section("Models", models);
  section("SAEs of tinytown", saes);
  section(
    "Folders",
    Object.entries(folders).map(([name, folder]) => `${name.padEnd(6)} ${folder}`),
  );
  section(
    "Does not work",
    problems.map((problem) => `${problem.message} ${problem.remedy}`),
  );
  for (const problem of problems) console.error(problemText(problem));
}

/** Nothing where there is nothing to list. */
function section(title: string, lines: string[]): void {
  if (lines.length > 0) console.log(`\n${title}\n${lines.map((line) => `  ${line}`).join("\n")}`);
}
