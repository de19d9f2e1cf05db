import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EngineHost } from "../../server/src/host/engine-host.ts";
import { layer15, modelFolder, saeFolder } from "../real/material.ts";

export const root = resolve(import.meta.dirname, "../..");

/** Caches of one bench run: calibrations are made in it once and are warm from then on. */
const cache = mkdtempSync(join(tmpdir(), "steerscope-bench-"));

/** SmolLM2-135M-Instruct and its 8k SAE at layer 15, on the CPU. Throws where they are not at hand. */
export const smollm2 = () => ({
  model: modelFolder(),
  saes: [saeFolder(layer15)],
  device: "cpu" as const,
});

/** The bundled engine in a process of its own, as the product runs it. @param threads 0: as many as it chooses itself */
export function newHost(threads = 0, memoryBudgetMB = 4096): EngineHost {
  const options = { memoryBudgetMB, threads, assets: join(root, "assets"), cache };
  return new EngineHost({ module: join(root, "dist/engine.js"), options });
}

/** Environment of processes that are measured whole: the run's own caches. */
export const environment = { ...process.env, STEERSCOPE_CACHE: cache };

/** The sentence that the peers' benchmark repeats too. */
export const sentence =
  "The old fisherman rowed slowly across the quiet lake before sunrise, and nobody saw him leave. ";
