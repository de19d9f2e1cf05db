import type { Device } from "../../server/src/protocol/engine.ts";
import { agreement } from "./devices/agreement.ts";
import { deviceSpeed } from "./devices/speed.ts";
import { type DeviceSubject, deviceSubjects, on } from "./devices/subjects.ts";
import { peakBytes } from "./loading.ts";
import { newHost } from "./material.ts";

export interface DeviceOptions {
  /** A folder with a model, and its SAEs, besides those at hand. */
  model?: string;
  saes?: string[];
}

/**
 * Every accelerator that works here beside the CPU: what `doctor` says of them, which one `auto` takes, whether numbers and texts
 * are the CPU's, speed, and memory. An engine's process a subject, the second time it is opened.
 */
export async function devices(runs: number, { model, saes = [] }: DeviceOptions): Promise<object> {
  const asking = newHost();
  const reports = await asking.devices().finally(() => asking.dispose());
  const found = reports.flatMap(({ device, available }) => (available && device !== "cpu" ? [device] : []));
  const report: Record<string, object> = { reports };
  for (const subject of deviceSubjects(model, saes)) {
    process.stderr.write(`  ${subject.name} …\n`);
    const measured: Record<string, object> = { auto: await opened(subject, "auto") };
    for (const device of found) measured[device] = await beside(subject, device, runs);
    report[subject.name] = measured;
  }
  return report;
}

/** A process that only opens a subject and analyses one word: how long that takes, and what it holds. */
export async function opened(subject: DeviceSubject, device: Device | "auto") {
  const host = newHost(0, memoryBudgetMB);
  try {
    const start = performance.now();
    const { model, loadMs } = await host.describe(on(subject, device));
    const messages = [{ role: null, text: "The" }];
    await host.analyse({ ...on(subject, device), key: "bench:open", messages });
    const readyMs = Math.round(performance.now() - start);
    const peakMB = Math.round(peakBytes(host.status.pid as number) / 1e6);
    return { device: model.device, reason: model.deviceReason, loadMs: Math.round(loadMs), readyMs, peakMB };
  } finally {
    host.dispose();
  }
}

/** Enough for any model on two devices at once. */
const memoryBudgetMB = 65_536;

async function beside(subject: DeviceSubject, device: Device, runs: number): Promise<object> {
  const opening = { cpu: await opened(subject, "cpu"), [device]: await opened(subject, device) };
  const host = newHost(0, memoryBudgetMB);
  try {
    const numbers = await agreement(host, subject, device, Math.min(10, runs));
    const speed = {
      cpu: await deviceSpeed(host, subject, "cpu", runs),
      [device]: await deviceSpeed(host, subject, device, runs),
    };
    return { opening, numbers, speed };
  } finally {
    host.dispose();
  }
}
