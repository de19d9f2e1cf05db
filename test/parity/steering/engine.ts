import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import type {
  GenerateParams,
  SamplingOptions,
  SteeringPlaces,
} from "../../../server/src/protocol/steering.ts";

export const assets = resolve(import.meta.dirname, "../../../assets");
export const onCpu = { device: "cpu", threads: 1 } as const;
export const never = { isCancellationRequested: false };

export const greedy: SamplingOptions = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  seed: 1,
};

/** All tokens but the first. */
export const everywhere: SteeringPlaces = {
  tokens: "all",
  roles: null,
  positions: null,
  steps: null,
  halfLife: null,
  first: false,
};

/** A request to the embedded model, its SAEs left out unless they are named. */
export const asked = (more: Partial<GenerateParams>): GenerateParams => ({
  model: "tinytown",
  saes: [],
  device: "cpu",
  run: "r",
  messages: [{ role: null, text: "It was a quiet evening at the mill." }],
  steering: [],
  sampling: greedy,
  maxTokens: 20,
  samples: 1,
  stop: [],
  ...more,
});

/** An engine of its own with an empty cache, which goes when the file's tests are done. */
export function engine(memoryBudgetMB = 4096): EngineService {
  const cache = mkdtempSync(join(tmpdir(), "steerscope-steering-"));
  afterAll(() => rmSync(cache, { recursive: true, force: true }));
  return new EngineService({ memoryBudgetMB, threads: 1, assets, cache });
}

export const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
