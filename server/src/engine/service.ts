import type { Decomposed, DecomposeParams } from "../protocol/decompose.ts";
import type { Embeddings, EmbedParams } from "../protocol/embedding.ts";
import type {
  AnalyseParams,
  Analysis,
  CheckReport,
  Description,
  Device,
  DeviceReport,
  EngineOptions,
  EngineProgress,
  LensParams,
  LensWindow,
  Setup,
  TextsParams,
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
  GenerateProgress,
  Pooled,
  PoolParams,
  ReadAnswer,
  ReadParams,
} from "../protocol/steering.ts";
import { assemble } from "./analyse/assemble.ts";
import { Context } from "./analyse/context.ts";
import { modelFolder } from "./catalog/models.ts";
import { Decoders } from "./decode/decoders.ts";
import { blameDevice, blaming } from "./device-blame.ts";
import { reportDevices } from "./devices.ts";
import { EmbedderInUse, EmbedTexts } from "./embedding/embed-texts.ts";
import { DeviceLost, EngineError } from "./errors.ts";
import { GenerateRun } from "./generate/run.ts";
import { LensReading } from "./lens/lens-reading.ts";
import { LensSession } from "./lens/lens-session.ts";
import { ProbesInUse, probeScores, readAttention } from "./probes/active-probes.ts";
import { CollectRun } from "./probes/collect.ts";
import { hooksOf } from "./probes/read-text.ts";
import { unreturned } from "./runtime/unreturned.ts";
import { identify } from "./scan/identity.ts";
import { ResponseScan } from "./scan/responses.ts";
import { ScanSessions } from "./scan/sessions.ts";
import { ShardScan } from "./scan/shard.ts";
import { noScores, ScoreRun, whyNoScores } from "./scores/run.ts";
import { checkModel, checkSae } from "./setups/check.ts";
import type { LoadedSetup } from "./setups/loaded-setup.ts";
import { SetupPool } from "./setups/setup-pool.ts";
import { Decomposition } from "./steering/decompose.ts";
import { PoolRun } from "./steering/pool.ts";
import { ReadRun } from "./steering/read.ts";
import { SteeredModel } from "./steering/steered-model.ts";
import { type Cancellation, Cancelled, othersFirst, Turns } from "./turns.ts";

export { Cancelled };

type Progress = (progress: EngineProgress) => void;

/** Share of the memory budget that running contexts may use. */
const contextShare = 1 / 4;

/** Share of it that an accelerator may hold for nothing. */
const unreturnedShare = 1 / 2;

/** The engine without its channel: loads set-ups, keeps running contexts, answers one request at a time. */
export class EngineService {
  readonly #options: EngineOptions;
  readonly #log: (line: string) => void;
  readonly #lost = new Map<Device, string>();
  readonly #pool: SetupPool;
  readonly #scanning: ScanSessions;
  readonly #embedder: EmbedderInUse;
  readonly #lens: LensSession;
  readonly #steered: SteeredModel;
  readonly #decoders: Decoders;
  readonly #probes: ProbesInUse;
  readonly #contexts = new Map<string, { setupId: string; context: Context }>();
  readonly #turns = new Turns(
    () => this.#reclaim(),
    (work) => this.#survivingLoss(work),
  );

  constructor(options: EngineOptions, log: (line: string) => void = () => {}) {
    this.#options = options;
    this.#log = log;
    this.#pool = new SetupPool(options, this.#lost, log, () => this.#decoders.releaseIdle());
    this.#embedder = new EmbedderInUse(options.threads);
    this.#probes = new ProbesInUse(options.cache);
    const budget = options.memoryBudgetMB * 2 ** 20;
    const idle = () => void this.#turns.one(() => this.#steered.release());
    this.#steered = new SteeredModel(options.threads, budget, idle);
    const held = () => this.#pool.bytes + this.#steered.bytes;
    this.#decoders = new Decoders({ ...options, budget, held, log });
    this.#scanning = new ScanSessions(options.threads, budget);
    this.#lens = new LensSession(options.threads, () => void this.#turns.one(() => this.#lens.release()));
  }

  /** Loads a set-up where needed and says what it is. */
  describe(setup: Setup, progress: Progress): Promise<Description> {
    return this.#turns.one(async () => (await this.#load(setup, "", progress)).description);
  }

  /** Analyses a prompt; newer text under the same key reuses the common prefix. */
  analyse(params: AnalyseParams, progress: Progress, cancel: Cancellation): Promise<Analysis> {
    return this.#turns.one(async () => {
      if (cancel.isCancellationRequested) throw new Cancelled();
      const setup = await this.#load(params, params.key, progress);
      const start = performance.now();
      const prompt = setup.encode(params.messages);
      const active = await this.#probes.open(params.probes ?? [], setup, params.attention ?? false);
      const context = this.#context(params.key, setup, active.hooks);
      const ids = prompt.ids.subarray(0, setup.model.config.contextLength);
      const step = async (done: number) => {
        progress({ key: params.key, stage: "analysing", done, total: ids.length });
        // Lets a cancellation that arrived during the last chunk be read.
        await new Promise((resolve) => setImmediate(resolve));
        if (cancel.isCancellationRequested) throw new Cancelled();
      };
      const reused = await context.advance(ids, step).catch((error) => {
        throw blameDevice(error, setup);
      });
      const attention = await blaming(setup, () =>
        readAttention(active, prompt, setup, (hooks) => this.#scanning.residuals(setup, hooks)),
      );
      const document = { messages: params.messages, prompt, length: ids.length, attention };
      const probes = probeScores(active, document, context, setup);
      this.#evict(params.key);
      const run = { length: ids.length, reused, ms: performance.now() - start };
      return assemble(setup, prompt, context, { probes, problems: active.problems }, run);
    });
  }

  /** Reads tokens of a prompt through the logit lens; whatever else is asked meanwhile is answered between two of its steps. */
  lens(params: LensParams, progress: Progress, cancel: Cancellation): Promise<LensWindow> {
    const reading = new LensReading(params);
    const pause = async () => {
      await othersFirst();
      if (cancel.isCancellationRequested) throw new Cancelled();
    };
    return this.#turns.untilDone(cancel, async () => {
      const setup = await this.#load(params, params.key, progress);
      const context = this.#context(params.key, setup);
      const lens = await this.#lens.get(setup);
      const more = await blaming(setup, () => reading.step(setup, context, lens, pause));
      this.#evict(params.key);
      return more ? null : reading.finish(setup);
    });
  }

  /** What a model or SAE file is and whether it holds together; problems are answers here, not failures. */
  check(setup: Setup, kind: "model" | "sae"): Promise<CheckReport> {
    return this.#turns.one(async () => {
      const id = kind === "model" ? setup.model : (setup.saes?.[0] ?? "");
      try {
        const loaded = await this.#load(setup, "", () => {});
        return kind === "model" ? await checkModel(loaded) : checkSae(loaded, id);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        const { problem } = error;
        return {
          kind,
          id,
          path: problem.path ?? id,
          ok: false,
          facts: [],
          verified: [],
          problems: [problem],
        };
      }
    });
  }

  /** What a set-up is by the content of its files. */
  identify(setup: Setup, progress: Progress): Promise<ScanIdentity> {
    return this.#turns.one(async () => identify(await this.#load(setup, "", progress), this.#options.cache));
  }

  /** Scans one shard of a corpus; whatever else is asked meanwhile is answered between two of its windows. */
  scanShard(params: ScanShardParams, progress: Progress, cancel: Cancellation): Promise<ShardResult> {
    const scan = new ShardScan(params);
    return this.#stepwise(params, progress, cancel, async (setup) => {
      const residuals = await this.#scanning.residuals(setup);
      return (await scan.step(setup, residuals)) ? null : scan.finish(setup);
    });
  }

  /** How strongly each latent fires on each of some texts; yields between two of them. */
  responses(params: ResponsesParams, progress: Progress, cancel: Cancellation): Promise<Responses> {
    const scan = new ResponseScan(params);
    return this.#stepwise(params, progress, cancel, async (setup) =>
      (await scan.step(setup)) ? null : scan.finish(setup),
    );
  }

  /** Continues a prompt, steered or not; yields between two tokens, so that it ends within one of a cancellation. */
  generate(
    params: GenerateParams,
    progress: Progress,
    written: (news: GenerateProgress) => void,
    cancel: Cancellation,
  ): Promise<Generated> {
    const run = new GenerateRun(params, { models: this.#steered, decoders: this.#decoders }, written);
    const step = (setup: LoadedSetup) => blaming(setup, () => run.step(setup));
    return this.#stepwise(params, progress, cancel, step).finally(() => run.free());
  }

  /** Measures texts under the model as it is and under the steered one; yields between two passes. */
  read(params: ReadParams, progress: Progress, cancel: Cancellation): Promise<ReadAnswer> {
    const run = new ReadRun(params, this.#steered);
    return this.#stepwise(params, progress, cancel, (setup) => blaming(setup, () => run.step(setup)));
  }

  /** A steering vector told in an SAE's latents; yields between two atoms. */
  decompose(params: DecomposeParams, progress: Progress, cancel: Cancellation): Promise<Decomposed> {
    const run = new Decomposition(params);
    return this.#stepwise(params, progress, cancel, async (setup) =>
      (await run.step(setup)) ? null : run.finish(setup),
    );
  }

  /** The residual stream on texts, pooled; yields between two of them. */
  pool(params: PoolParams, progress: Progress, cancel: Cancellation): Promise<Pooled> {
    const run = new PoolRun(params);
    return this.#stepwise(params, progress, cancel, (setup) =>
      blaming(setup, async () => ((await run.step(setup)) ? null : run.finish(setup))),
    );
  }

  /** Writes activations on texts to a file; yields between two of them. */
  async collect(params: CollectParams, progress: Progress, cancel: Cancellation): Promise<Collected> {
    const { saes } = await this.identify(params, progress);
    const run = new CollectRun(params, saes);
    return this.#stepwise(params, progress, cancel, (setup) =>
      blaming(setup, async () => {
        const residuals = await this.#scanning.residuals(setup, hooksOf(params.readings, setup));
        return (await run.step(setup, residuals)) ? null : run.finish(setup);
      }),
    );
  }

  /** Vectors of texts by what they mean; yields between two of them. */
  embed(params: EmbedParams, cancel: Cancellation): Promise<Embeddings> {
    const work = new EmbedTexts(params);
    return this.#turns.untilDone(cancel, async () => work.step(await this.#embedder.get(params)));
  }

  /** Gives back what only a search by meaning needs. */
  embedded(): void {
    void this.#turns.one(() => this.#embedder.release());
  }

  /** What follows from an SAE's weights alone, for a block of its latents. */
  async featureWeights(params: FeatureWeightsParams, progress: Progress): Promise<WeightFacts> {
    await othersFirst();
    return this.#turns.one(async () => {
      const setup = await this.#load(params, "", progress);
      return (await this.#scanning.weights(setup, params.sae)).read(setup, params);
    });
  }

  /** Scores latents as handles for steering; whatever else is asked meanwhile is answered between two passes. */
  featureScores(params: FeatureScoresParams, progress: Progress, cancel: Cancellation): Promise<ScoreFacts> {
    const run = new ScoreRun(params);
    return this.#stepwise(params, progress, cancel, async (setup) => {
      const reason = whyNoScores(setup, params.sae);
      if (reason !== null) return noScores(setup, reason);
      const scorer = await this.#scanning.scores(setup, params.sae);
      return (await run.step(setup, scorer)) ? null : run.finish(setup, scorer);
    });
  }

  /** Texts of tokens by their ids. */
  texts({ ids, ...wanted }: TextsParams, progress: Progress): Promise<Map<number, string>> {
    return this.#turns.one(async () => {
      const { text, description } = await this.#load(wanted, "", progress);
      const known = ids.filter((id) => id >= 0 && id < description.model.vocabulary);
      return new Map(Array.from(known, (id) => [id, text.text(id)]));
    });
  }

  /** Gives back what only scans need. */
  scanned(): void {
    void this.#turns.one(() => this.#scanning.release());
  }

  /** What the embedded model runs on here, and how fast. */
  devices(): Promise<DeviceReport[]> {
    return this.#turns.one(() =>
      reportDevices(modelFolder("tinytown", this.#options.assets), this.#options.threads),
    );
  }

  /** Forgets the running context of a key (a closed document), once what was asked before is done. */
  forget(key: string): void {
    void this.#turns.one(async () => this.#contexts.delete(key));
  }

  #load(setup: Setup, key: string, progress: Progress): Promise<LoadedSetup> {
    return this.#pool.get(setup, (stage) => progress({ key, stage, done: 0, total: 1 }));
  }

  /** @param hooks where probes read: rows of them are kept, and of others that were asked for before */
  #context(key: string, setup: LoadedSetup, hooks: string[] = []): Context {
    const { setupId } = setup.description;
    const known = this.#contexts.get(key);
    this.#contexts.delete(key);
    const isSpecial = (id: number) => setup.text.isSpecial(id);
    const entry =
      known?.setupId === setupId && known.context.reads(hooks)
        ? known
        : { setupId, context: new Context(setup.model, setup.saes, isSpecial, hooks) };
    this.#contexts.set(key, entry);
    return entry.context;
  }

  /** Drops contexts of set-ups that are gone, then the longest unused while all exceed their share of the budget. */
  #evict(keep: string): void {
    const budget = this.#options.memoryBudgetMB * 2 ** 20 * contextShare;
    for (const [key, { setupId }] of this.#contexts) if (!this.#pool.has(setupId)) this.#contexts.delete(key);
    let bytes = [...this.#contexts.values()].reduce((sum, { context }) => sum + context.bytes, 0);
    for (const [key, { context }] of this.#contexts) {
      if (bytes <= budget) return;
      if (key === keep) continue;
      bytes -= context.bytes;
      this.#contexts.delete(key);
    }
  }

  /** Long work on a set-up in steps, each in its turn, until one has a result. */
  #stepwise<T>(
    wanted: Setup,
    progress: Progress,
    cancel: Cancellation,
    step: (setup: LoadedSetup) => Promise<T | null>,
  ): Promise<T> {
    return this.#turns.untilDone(cancel, async () => step(await this.#load(wanted, "", progress)));
  }

  /** Closes everything on an accelerator that keeps too much for nothing; it is opened again as it is needed. */
  async #reclaim(): Promise<void> {
    const held = unreturned.bytes;
    if (held <= this.#options.memoryBudgetMB * 2 ** 20 * unreturnedShare) return;
    this.#log(`webgpu holds ${Math.ceil(held / 2 ** 20)} MB of released sessions; all of them are closed.`);
    await this.#leave("webgpu");
    this.#evict("");
  }

  /** Closes everything that runs on a device. */
  async #leave(device: Device): Promise<void> {
    await this.#scanning.release();
    await this.#lens.release();
    await this.#steered.release();
    await this.#pool.leave(device);
  }

  /** Does work again without a device that was lost under it. */
  async #survivingLoss<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLost) || this.#lost.has(error.device)) throw error;
      this.#lost.set(error.device, error.message);
      this.#log(`${error.device} failed while running (${error.message}); going on without it.`);
      await this.#leave(error.device);
      return this.#survivingLoss(work);
    }
  }
}
