import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Analysis } from "../../../server/src/protocol/engine.ts";
import { relativeError } from "../../parity/models/facts.ts";

const root = resolve(import.meta.dirname, "../../..");
const assets = join(root, "assets");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-service-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const newService = (memoryBudgetMB: number, log: string[] = []) =>
  new EngineService({ memoryBudgetMB, threads: 1, assets, cache: scratch }, (line) => log.push(line));

const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const analyse = (service: EngineService, key: string, text: string): Promise<Analysis> => {
  const messages = [{ role: null, text }];
  return service.analyse({ ...setup, key, messages }, () => {}, { isCancellationRequested: false });
};

const story = "It was a rainy morning at the mill. Anna lost her lantern and wept. She was sad.";

describe("text that grows", () => {
  it("reuses the tokens that are the same, and gives the numbers of a fresh pass", async () => {
    const service = newService(512);
    const first = await analyse(service, "a", story);
    const grown = await analyse(service, "a", `${story} Then Peter laughed.`);
    expect(grown.reused).toBeGreaterThanOrEqual(first.ids.length - 2);
    const fresh = await analyse(service, "b", `${story} Then Peter laughed.`);
    expect(fresh.reused).toBe(0);
    expect([...grown.ids]).toEqual([...fresh.ids]);
    expect(relativeError(grown.logprobs.slice(1), fresh.logprobs.slice(1))).toBeLessThan(1e-4);
    expect([...grown.saes[0].indices]).toEqual([...fresh.saes[0].indices]);
    expect(relativeError(grown.saes[0].values, fresh.saes[0].values)).toBeLessThan(1e-4);
  });

  it("changed in the middle reuses what stands before the change", async () => {
    const service = newService(512);
    const first = await analyse(service, "a", story);
    const changed = await analyse(service, "a", story.replace("wept", "laughed"));
    expect(changed.reused).toBeGreaterThan(10);
    expect(changed.reused).toBeLessThan(first.ids.length - 4);
  });
});

describe("the memory budget", () => {
  it("drops the running computations of other texts", async () => {
    for (const [budget, reuses] of [
      [1, false],
      [512, true],
    ] as const) {
      const service = newService(budget);
      await analyse(service, "a", story);
      await analyse(service, "b", `Meanwhile: ${story}`);
      expect((await analyse(service, "a", story)).reused > 0, `${budget} MB`).toBe(reuses);
    }
  });

  it("drops set-ups that are not in use, and loads them again when they are asked for", async () => {
    const copy = join(scratch, "model");
    cpSync(join(assets, "tinytown", "model"), copy, { recursive: true });
    for (const [budget, loads] of [
      [16, 3],
      [512, 2],
    ]) {
      const log: string[] = [];
      const service = newService(budget, log);
      for (const model of ["tinytown", copy, "tinytown"])
        await service.describe({ ...setup, model, saes: [] }, () => {});
      expect(log.filter((line) => line.startsWith("Loaded")).length, `${budget} MB`).toBe(loads);
    }
  });
});

it("an idle engine uses no CPU", async () => {
  const options = { memoryBudgetMB: 512, threads: 0, assets, cache: scratch };
  const host = new EngineHost({ module: join(root, "dist/engine.js"), options });
  try {
    await host.analyse({ ...setup, key: "k", messages: [{ role: null, text: story }] });
    await sleep(500);
    const before = cpuTicks(host.status.pid as number);
    await sleep(1500);
    // A thread that spins would use 150 ticks of 10 ms.
    expect(cpuTicks(host.status.pid as number) - before).toBeLessThan(10);
  } finally {
    host.dispose();
  }
});

/** CPU time of a process, user and system, in ticks of 10 ms (Linux). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
