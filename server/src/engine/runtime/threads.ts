import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Threads of a run when the user sets none: one a physical core. 0 lets onnxruntime choose, which is the same number but
 * pins each thread to its core, where any other busy program then halves the speed.
 */
export function defaultThreads(): number {
  if (process.platform !== "linux") return 0;
  const usable = availableParallelism();
  const cores = new Set<string>();
  for (let cpu = 0; cpu < usable; cpu++) {
    try {
      const place = `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`;
      cores.add(readFileSync(place, "utf8"));
    } catch {
      return usable;
    }
  }
  return cores.size;
}

/** The same for our own kernels, which wait for each other at every step: never more than can run at once. */
export function kernelThreads(asked: number): number {
  const most = availableParallelism();
  return Math.min(asked || defaultThreads() || Math.max(1, most >> 1), most);
}
