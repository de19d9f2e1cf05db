import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { EngineService } from "../../server/src/engine/service.ts";

/** An engine with room for the real model and a cache of its own, which goes when the file's tests are done. */
export function realEngine(): EngineService {
  const cache = mkdtempSync(join(tmpdir(), "steerscope-real-"));
  afterAll(() => rmSync(cache, { recursive: true, force: true }));
  const assets = join(import.meta.dirname, "../../assets");
  return new EngineService({ memoryBudgetMB: 4096, threads: 2, assets, cache });
}
