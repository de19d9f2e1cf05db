import { readFileSync } from "node:fs";
import { newHost, smollm2 } from "./material.ts";
import { rounded, summary } from "./stats.ts";

/** SmolLM2's parameters (tied embedding counted once) in f32. */
const f32Bytes = 134_515_008 * 4;

/** From starting the engine's process to the first features, files in the system's cache; and its peak memory. */
export async function loading(runs: number): Promise<object> {
  const taken: number[] = [];
  const peaks: number[] = [];
  // The first run reads the files from disk and calibrates the SAE: told apart.
  const first = { firstFeaturesMs: 0, peakMB: 0, peakOverF32Weights: 0 };
  for (let run = -1; run < runs; run++) {
    const host = newHost();
    try {
      const start = performance.now();
      await host.describe(smollm2());
      const messages = [{ role: null, text: "The cat sat on the mat." }];
      await host.analyse({ ...smollm2(), key: "bench:load", messages });
      const ms = performance.now() - start;
      const peak = peakBytes(host.status.pid as number);
      if (run < 0) {
        first.firstFeaturesMs = rounded(ms);
        first.peakMB = Math.round(peak / 1e6);
        first.peakOverF32Weights = rounded(peak / f32Bytes);
        continue;
      }
      taken.push(ms);
      peaks.push(peak);
    } finally {
      host.dispose();
    }
  }
  const peak = Math.max(...peaks);
  return {
    firstFeaturesMs: summary(taken),
    peakMB: Math.round(peak / 1e6),
    peakOverF32Weights: rounded(peak / f32Bytes),
    firstTime: first,
  };
}

/** Largest resident memory a process ever had, mapped files included, as Linux counts it. */
export function peakBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
