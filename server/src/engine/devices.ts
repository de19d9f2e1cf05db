import type { Device, DeviceReport } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import {
  differenceOf,
  passTokens,
  type Speed,
  sample,
  speedOf,
  verdict,
  worstLogprob,
} from "./device-check.ts";
import { firstLine } from "./errors.ts";
import { Model } from "./models/model.ts";
import { bundledAccelerators, isPresent } from "./runtime/accelerators.ts";

/** A model on the device it was put on, and why there. */
export interface PlacedModel {
  model: Model;
  device: Device;
  reason: string;
  /** Whether single tokens are better read by the CPU's kernels. */
  tokensOnCpu: boolean;
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
  const onCpu = { model: cpu, device: "cpu", tokensOnCpu: true } as const;
  if (wanted === "cpu") return { ...onCpu, reason: "asked for", problem: null };
  const candidates = wanted === "auto" ? bundledAccelerators().filter(isPresent) : [wanted];
  const reasons: string[] = [];
  for (const device of candidates) {
    const failure = lost.get(device);
    const tried =
      failure === undefined
        ? await tryDevice(cpu, folder, device, threads)
        : { ...useless, reason: `failed while running (${failure})` };
    if (tried.model) {
      if (wanted === device || tried.faster) {
        await cpu.release();
        const { model, reason, tokensOnCpu } = tried;
        return { model, device, reason, tokensOnCpu, problem: null };
      }
      await tried.model.release();
    }
    reasons.push(`${device}: ${tried.reason}`);
  }
  const reason = reasons.join("; ") || "no accelerator found";
  return { ...onCpu, reason, problem: notAsWished(wanted, candidates, lost, reason) };
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

/** What a device is that cannot be taken. */
const useless = { model: null, faster: false, tokensOnCpu: true } as const;

async function tryDevice(cpu: Model, folder: string, device: Device, threads: number) {
  let model: Model;
  try {
    model = await Model.open(folder, { device, threads });
  } catch (error) {
    return { ...useless, reason: `not available (${firstLine(error)})` };
  }
  try {
    const [expected, actual] = [await sample(cpu), await sample(model)];
    const difference = differenceOf(expected, actual);
    if (difference !== null) {
      await model.release();
      return { ...useless, reason: `self-check failed (${difference})` };
    }
    const worst = worstLogprob(expected, actual);
    const [ours, theirs] = [await speedOf(model), await speedOf(cpu)];
    const reason = `self-check passed (${worst.toExponential(1)}), ${inWords(ours, theirs)}`;
    return { model, ...verdict(ours, theirs, model.dtype), reason };
  } catch (error) {
    await model.release().catch(() => {});
    return { ...useless, reason: `failed while running (${firstLine(error)})` };
  }
}

function inWords(ours: Speed, theirs: Speed): string {
  const against = (what: keyof Speed) => `${ours[what].toFixed(1)} ms against ${theirs[what].toFixed(1)} ms`;
  return `${passTokens} tokens in ${against("pass")} on the CPU, one more in ${against("token")}`;
}
