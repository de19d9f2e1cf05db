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

/** The same for our own kernels, which wait for each other: never more than about as many as there are cores. */
export function kernelThreads(asked: number): number {
  return asked || defaultThreads() || Math.max(1, availableParallelism() >> 1);
}
