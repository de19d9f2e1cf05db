import type { Device, DeviceReport } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import { differenceOf, sample, worstLogprob } from "./device-check.ts";
import { firstLine } from "./errors.ts";
import { Model } from "./models/model.ts";
import { bundledAccelerators, isPresent } from "./runtime/accelerators.ts";

/** A model on the device it was put on, and why there. */
export interface PlacedModel {
  model: Model;
  device: Device;
  reason: string;
  /** Set where it runs somewhere else than was asked for. */
  problem: Problem | null;
}

/** Devices that failed while in use, and what they said; they are not tried again by this process. */
export type LostDevices = ReadonlyMap<Device, string>;

/** Opens a model on the device asked for; `auto` takes an accelerator only after it proved right and faster. */
export async function openOnDevice(
  folder: string,
  wanted: Device | "auto",
  threads: number,
  lost: LostDevices = new Map(),
): Promise<PlacedModel> {
  const cpu = await Model.open(folder, { device: "cpu", threads });
  if (wanted === "cpu") return { model: cpu, device: "cpu", reason: "asked for", problem: null };
  const candidates = wanted === "auto" ? bundledAccelerators().filter(isPresent) : [wanted];
  const reasons: string[] = [];
  for (const device of candidates) {
    const failure = lost.get(device);
    const tried =
      failure === undefined
        ? await tryDevice(cpu, folder, device, threads)
        : { model: null, faster: false, reason: `failed while running (${failure})` };
    if (tried.model) {
      if (wanted === device || tried.faster) {
        await cpu.release();
        return { model: tried.model, device, reason: tried.reason, problem: null };
      }
      await tried.model.release();
    }
    reasons.push(`${device}: ${tried.reason}`);
  }
  const reason = reasons.join("; ") || "no accelerator found";
  return { model: cpu, device: "cpu", reason, problem: notAsWished(wanted, candidates, lost, reason) };
}

/** What there is to say where the CPU had to step in. */
function notAsWished(
  wanted: Device | "auto",
  candidates: Device[],
  lost: LostDevices,
  reason: string,
): Problem | null {
  const wasLost = candidates.some((device) => lost.has(device));
  if (wanted === "auto" && !wasLost) return null;
  return {
    code: wasLost ? "device-lost" : "device-not-available",
    message: `The numbers come from the CPU: ${reason}.`,
    remedy:
      "Run “steerscope doctor” to see what works here; a new start (in an editor “Steerscope: Restart server”) tries the device again.",
    subject: "device",
  };
}

/** What runs here, for `doctor`; every device that is bundled is really tried with the given model. */
export async function reportDevices(folder: string, threads: number): Promise<DeviceReport[]> {
  const cpu = await Model.open(folder, { device: "cpu", threads });
  const reports: DeviceReport[] = [{ device: "cpu", available: true, reason: "always" }];
  for (const device of bundledAccelerators()) {
    if (!isPresent(device)) {
      reports.push({
        device,
        available: false,
        reason: `no driver or library that ${device} needs was found`,
      });
      continue;
    }
    const { model, reason } = await tryDevice(cpu, folder, device, threads);
    reports.push({ device, available: model !== null, reason });
    await model?.release();
  }
  await cpu.release();
  return reports;
}

async function tryDevice(cpu: Model, folder: string, device: Device, threads: number) {
  let model: Model;
  try {
    model = await Model.open(folder, { device, threads });
  } catch (error) {
    return { model: null, faster: false, reason: `not available (${firstLine(error)})` };
  }
  try {
    const [expected, cpuMs] = await sample(cpu);
    const [actual, deviceMs] = await sample(model);
    const difference = differenceOf(expected, actual);
    if (difference !== null) {
      await model.release();
      return { model: null, faster: false, reason: `self-check failed (${difference})` };
    }
    const worst = worstLogprob(expected, actual);
    const speed = `${deviceMs.toFixed(1)} ms against ${cpuMs.toFixed(1)} ms on the CPU`;
    return {
      model,
      faster: deviceMs < cpuMs,
      reason: `self-check passed (${worst.toExponential(1)}), ${speed}`,
    };
  } catch (error) {
    await model.release().catch(() => {});
    return { model: null, faster: false, reason: `failed while running (${firstLine(error)})` };
  }
}
