import { join } from "node:path";
import { EngineService } from "../../server/src/engine/service.ts";
import type { Description, Setup } from "../../server/src/protocol/engine.ts";
import type {
  Generated,
  GenerateParams,
  ReadAnswer,
  ReadParams,
} from "../../server/src/protocol/steering.ts";

const never = { isCancellationRequested: false };
const nothing = () => {};

/** The embedded model with all its SAEs, in this process. */
export const setup: Setup = {
  model: "tinytown",
  saes: ["resid_post_0", "resid_post_1", "resid_post_1_topk", "resid_post_3", "resid_post_5"],
  device: "cpu",
};

/** The engine as the methods of steering ask it. */
export class TrialEngine {
  readonly service: EngineService;

  constructor(threads: number, cache: string) {
    const assets = join(import.meta.dirname, "../../assets");
    this.service = new EngineService({ memoryBudgetMB: 4096, threads, assets, cache });
  }

  describe(): Promise<Description> {
    return this.service.describe(setup, nothing);
  }

  generate(params: GenerateParams): Promise<Generated> {
    return this.service.generate(params, nothing, nothing, never);
  }

  read(params: ReadParams): Promise<ReadAnswer> {
    return this.service.read(params, nothing, never);
  }
}
