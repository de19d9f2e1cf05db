import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";

const root = join(import.meta.dirname, "../../..");
const never = { isCancellationRequested: false };
const quiet = () => {};

/** An engine that probes are trained with in this process, and a folder of its own that goes when the file's tests are done. */
export function trainingEngine() {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-train-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const assets = join(root, "assets");
  const service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache: folder });
  const host = {
    describe: (setup: Parameters<EngineService["describe"]>[0]) => service.describe(setup, quiet),
    identify: (setup: Parameters<EngineService["identify"]>[0]) => service.identify(setup, quiet),
    collect: (params: Parameters<EngineService["collect"]>[0]) => service.collect(params, quiet, never),
  };
  const ground = { host, worker: join(root, "server/src/probes/work/main.ts"), cache: folder, log: quiet };
  return { folder, service, host, ground };
}
