import type { CancellationToken } from "vscode-jsonrpc/node";
import type { Decomposed, DecomposeParams } from "../protocol/decompose.ts";
import type { Embeddings, EmbedParams } from "../protocol/embedding.ts";
import {
  type AnalyseParams,
  type Analysis,
  type CheckParams,
  type CheckReport,
  type DescribeParams,
  type Description,
  type DeviceReport,
  EngineMethod,
  type ForgetParams,
  type LensParams,
  type LensWindow,
  type Setup,
  type TextsParams,
} from "../protocol/engine.ts";
import type { Collected, CollectParams } from "../protocol/probes.ts";
import type { Responses, ResponsesParams } from "../protocol/responses.ts";
import type {
  FeatureWeightsParams,
  ScanIdentity,
  ScanShardParams,
  ShardResult,
  WeightFacts,
} from "../protocol/scan.ts";
import type { FeatureScoresParams, ScoreFacts } from "../protocol/scores.ts";
import type {
  Generated,
  GenerateParams,
  Pooled,
  PoolParams,
  ReadAnswer,
  ReadParams,
} from "../protocol/steering.ts";
import { EngineLink } from "./engine-link.ts";

export type { EngineHostOptions } from "./engine-link.ts";

/**
 * The engine as the rest of the program sees it: what it can be asked. How calls survive the death of the process behind them
 * is {@link EngineLink}'s.
 */
export class EngineHost extends EngineLink {
  /** @param known what was answered before: the same object comes back where nothing changed */
  async describe(setup: Setup, token?: CancellationToken, known?: Description): Promise<Description> {
    const { model, saes, device } = setup;
    const params: DescribeParams = { model, saes, device, known: known?.setupId };
    let description: Description;
    try {
      const answer = await this.call<Description | null>(EngineMethod.describe, params, token);
      description = known && (answer === null || answer.setupId === known.setupId) ? known : answer!;
    } finally {
      // A cancelled call may still be loading.
      if (!token?.isCancellationRequested) this.loading = false;
    }
    this.running = `${description.model.id} · ${description.model.device}`;
    this.report();
    return description;
  }

  analyse(params: AnalyseParams, token?: CancellationToken): Promise<Analysis> {
    return this.call(EngineMethod.analyse, params, token);
  }

  lens(params: LensParams, token?: CancellationToken): Promise<LensWindow> {
    return this.call(EngineMethod.lens, params, token);
  }

  check(params: CheckParams, token?: CancellationToken): Promise<CheckReport> {
    return this.call(EngineMethod.check, params, token);
  }

  devices(token?: CancellationToken): Promise<DeviceReport[]> {
    return this.call(EngineMethod.devices, {}, token);
  }

  identify(setup: Setup, token?: CancellationToken): Promise<ScanIdentity> {
    return this.call(EngineMethod.identify, { ...setup }, token);
  }

  scanShard(params: ScanShardParams, token?: CancellationToken): Promise<ShardResult> {
    return this.call(EngineMethod.scanShard, params, token);
  }

  featureWeights(params: FeatureWeightsParams, token?: CancellationToken): Promise<WeightFacts> {
    return this.call(EngineMethod.featureWeights, params, token);
  }

  responses(params: ResponsesParams, token?: CancellationToken): Promise<Responses> {
    return this.call(EngineMethod.responses, params, token);
  }

  featureScores(params: FeatureScoresParams, token?: CancellationToken): Promise<ScoreFacts> {
    return this.call(EngineMethod.featureScores, params, token);
  }

  embed(params: EmbedParams, token?: CancellationToken): Promise<Embeddings> {
    return this.call(EngineMethod.embed, params, token);
  }

  /** Lets the engine give back what only a search by meaning needs. */
  embedded(): void {
    void this.engine?.connection.sendNotification(EngineMethod.embedded).catch(() => {});
  }

  texts(params: TextsParams, token?: CancellationToken): Promise<Map<number, string>> {
    return this.call(EngineMethod.texts, params, token);
  }

  decompose(params: DecomposeParams, token?: CancellationToken): Promise<Decomposed> {
    return this.call(EngineMethod.decompose, params, token);
  }

  pool(params: PoolParams, token?: CancellationToken): Promise<Pooled> {
    return this.call(EngineMethod.pool, params, token);
  }

  collect(params: CollectParams, token?: CancellationToken): Promise<Collected> {
    return this.call(EngineMethod.collect, params, token);
  }

  /** Lets the engine give back what only scans need. */
  scanned(): void {
    void this.engine?.connection.sendNotification(EngineMethod.scanned).catch(() => {});
  }

  /** Lets the engine drop what it keeps for a document. An engine that is not there has nothing to drop. */
  forget(key: string): void {
    const params: ForgetParams = { key };
    void this.engine?.connection.sendNotification(EngineMethod.forget, params).catch(() => {});
  }

  /** Its text comes by `onGenerated` meanwhile; a process that ends takes it along, and it is not begun again. */
  generate(params: GenerateParams, token?: CancellationToken): Promise<Generated> {
    return this.call(EngineMethod.generate, params, token, { once: true });
  }

  read(params: ReadParams, token?: CancellationToken): Promise<ReadAnswer> {
    return this.call(EngineMethod.read, params, token);
  }
}
