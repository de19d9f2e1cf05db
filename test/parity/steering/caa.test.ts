import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import { type CaaOutcome, contrastiveVectors } from "../../../server/src/steering/methods/caa.ts";
import { readContrast } from "../../../server/src/steering/methods/contrast-file.ts";
import { readFacts, relativeError } from "../models/facts.ts";

const facts = join(import.meta.dirname, "facts");
const tensors = readFacts(join(facts, "caa.safetensors"));
const { halves } = JSON.parse(readFileSync(join(facts, "caa.json"), "utf8"));
const hooks = Array.from({ length: 6 }, (_, layer) => `blocks.${layer}.hook_resid_post`);
const cache = mkdtempSync(join(tmpdir(), "steerscope-caa-"));
afterAll(() => rmSync(cache, { recursive: true }));

const assets = join(import.meta.dirname, "../../../assets");
const service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache });
const never = { isCancellationRequested: false };
const host: Pick<EngineHost, "describe" | "pool"> = {
  describe: (setup) => service.describe(setup, () => {}),
  pool: (params) => service.pool(params, () => {}, never),
};

describe.each(["last", "mean"] as const)("vectors of pairs, pooled as %s", (pool) => {
  let outcome: CaaOutcome;
  beforeAll(async () => {
    const contrast = await readContrast(join(facts, "caa-pairs.jsonl"));
    const setup = { model: "tinytown", saes: null, device: "cpu" as const };
    outcome = await contrastiveVectors(host, { setup, contrast, hooks, pool }, () => {});
  });

  test.each(hooks)(`are those of ${pool === "last" ? "steering-vectors" : "Transformers"} at %s`, (hook) => {
    const fact = tensors.get(`${pool}.${hook}`)!.data;
    const found = outcome.vectors.find((it) => it.hook === hook)!;
    expect(relativeError(found.vector, fact)).toBeLessThan(1e-4);
    expect(found.norm / Math.hypot(...fact)).toBeCloseTo(1, 4);
    if (pool === "last") expect(found.stability).toBeCloseTo(halves[hook], 3);
  });
});
