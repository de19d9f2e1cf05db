import { type CancellationToken, ResponseError } from "vscode-jsonrpc/node";
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
  type EngineOptions,
  type EngineProgress,
  type ForgetParams,
  type LensParams,
  type LensWindow,
  type Setup,
  type TextsParams,
} from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import type { EngineStatus } from "../protocol/requests.ts";
import type { Responses, ResponsesParams } from "../protocol/responses.ts";
import type {
  FeatureWeightsParams,
  ScanIdentity,
  ScanShardParams,
  ShardResult,
  WeightFacts,
} from "../protocol/scan.ts";
import type { FeatureScoresParams, ScoreFacts } from "../protocol/scores.ts";
import type { Pooled, PoolParams } from "../protocol/steering.ts";
import {
  crashedTwice,
  engineCannotStart,
  engineError,
  engineGone,
  engineKeepsCrashing,
} from "./engine-problems.ts";
import { type EngineExit, type EngineProcess, startEngineProcess } from "./engine-process.ts";
import { Listeners } from "./listeners.ts";
import { CancelledError, ProblemError } from "./problem-error.ts";
import { CrashCounter, defaultRestartPolicy, type RestartPolicy } from "./restart-policy.ts";

export interface EngineHostOptions {
  /** The engine's module. */
  module: string;
  options: EngineOptions;
  restart?: RestartPolicy;
  /** How long a cancelled call may go unanswered before the engine is killed, in ms; `loading` while it loads or calibrates. */
  patience?: { running: number; loading: number };
}

/** One request until it has its answer, over as many processes as that takes. */
interface Call {
  readonly method: string;
  readonly params: object;
  readonly token: CancellationToken | undefined;
  /** Whether the running process has been asked. */
  sent: boolean;
  crashes: number;
  cancelled: boolean;
  watchdog: NodeJS.Timeout | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The engine as the rest of the program sees it: typed calls that survive the death of the process behind them.
 *
 * A crash restarts the process with growing delays; calls in flight are asked once more (all are idempotent). After
 * {@link RestartPolicy.maxCrashes}, or when the process ends by itself before it listens, the host is "failed" until
 * {@link restart}. Calls reject with a {@link ProblemError}, or a {@link CancelledError} as soon as their token is cancelled.
 */
export class EngineHost {
  readonly onStatus = new Listeners<EngineStatus>();
  readonly onProgress = new Listeners<EngineProgress>();
  readonly onLog = new Listeners<string>();
  private readonly config: EngineHostOptions;
  private readonly crashes: CrashCounter;
  private readonly calls = new Set<Call>();
  private engine: EngineProcess | null = null;
  private timer: NodeJS.Timeout | undefined;
  private state: EngineStatus["state"] = "stopped";
  private failure: Problem | null = null;
  private running = "";
  private lastStatus = "";
  private loading = false;
  private disposed = false;
  /** Whether the running process has answered anything. */
  private listens = false;

  constructor(config: EngineHostOptions) {
    this.config = config;
    this.crashes = new CrashCounter(config.restart ?? defaultRestartPolicy);
  }

  get status(): EngineStatus {
    const busy = this.state === "ready" && [...this.calls].some((call) => !call.cancelled);
    const state = busy ? "busy" : this.state;
    const detail = this.failure?.message ?? (this.running || "no model loaded yet");
    return { state, detail, pid: this.engine?.pid ?? null };
  }

  /** Starts the process if none runs; calls do so themselves, this only lets it warm up early. */
  start(): void {
    if (this.disposed || this.engine || this.timer || this.state === "failed") return;
    this.spawn("starting");
  }

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

  pool(params: PoolParams, token?: CancellationToken): Promise<Pooled> {
    return this.call(EngineMethod.pool, params, token);
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

  /** Ends the running process, if any, and starts a new one; also the way out of "failed". */
  restart(options?: EngineOptions): void {
    // Settings may arrive while the server shuts down.
    if (this.disposed) return;
    if (options) this.config.options = options;
    this.crashes.reset();
    this.failure = null;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.replace("starting");
  }

  /** Ends the process and every call, for good. */
  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    const engine = this.engine;
    this.engine = null;
    this.state = "stopped";
    engine?.kill();
    this.rejectAll(new CancelledError());
    this.report();
  }

  private call<T>(method: string, params: object, token?: CancellationToken): Promise<T> {
    if (this.disposed || token?.isCancellationRequested) return Promise.reject(new CancelledError());
    if (this.failure) return Promise.reject(new ProblemError(this.failure));
    return new Promise<T>((resolve, reject) => {
      const call: Call = {
        method,
        params,
        token,
        sent: false,
        crashes: 0,
        cancelled: false,
        watchdog: undefined,
        resolve: resolve as (value: unknown) => void,
        reject,
      };
      this.calls.add(call);
      const listener = token?.onCancellationRequested(() => {
        listener?.dispose();
        this.cancelled(call);
      });
      if (!this.engine) this.start();
      else if (this.listens) void this.send(call);
      this.report();
    });
  }

  private async send(call: Call): Promise<void> {
    const engine = this.engine;
    if (!engine) return;
    call.sent = true;
    try {
      const answer = call.token
        ? await engine.connection.sendRequest(call.method, call.params, call.token)
        : await engine.connection.sendRequest(call.method, call.params);
      if (engine === this.engine) this.settle(call, () => call.resolve(answer));
    } catch (error) {
      // A connection that fell with its process rejects too: then the exit handler decides what becomes of the call.
      if (engine === this.engine && error instanceof ResponseError && this.isAnswer(error)) {
        this.settle(call, () => call.reject(engineError(error)));
      }
    }
  }

  /** vscode-jsonrpc invents errors for a connection that is closed under a request; they are not the engine's. */
  private isAnswer(error: ResponseError<unknown>): boolean {
    const pendingResponseRejected = -32097;
    const connectionInactive = -32096;
    return error.code !== pendingResponseRejected && error.code !== connectionInactive;
  }

  private settle(call: Call, deliver: () => void): void {
    clearTimeout(call.watchdog);
    this.calls.delete(call);
    deliver();
    this.report();
  }

  private cancelled(call: Call): void {
    if (!this.calls.has(call)) return;
    call.cancelled = true;
    call.reject(new CancelledError());
    this.watch(call);
    this.report();
  }

  /** A cancelled call is answered within the patience there is, or the process counts as hung. */
  private watch(call: Call): void {
    const patience = this.config.patience ?? { running: 10_000, loading: 120_000 };
    call.watchdog = setTimeout(
      () => {
        if (!this.calls.delete(call)) return;
        this.onLog.emit(`The engine did not answer to a cancelled ${call.method}; starting a new one.`);
        this.replace("restarting");
      },
      this.loading ? patience.loading : patience.running,
    );
    call.watchdog.unref();
  }

  private spawn(state: "starting" | "restarting"): void {
    this.state = state;
    this.loading = false;
    this.listens = false;
    for (const call of this.calls) call.sent = false;
    let alive: EngineProcess | null = null;
    const engine = startEngineProcess(this.config.module, this.config.options, {
      exit: (exit) => {
        if (alive === this.engine) this.ended(exit);
      },
      output: (line) => this.onLog.emit(line),
    });
    alive = engine;
    this.engine = engine;
    engine.connection.onNotification(EngineMethod.progress, (progress: EngineProgress) => {
      this.loading = progress.stage !== "analysing" && progress.done < progress.total;
      this.onProgress.emit(progress);
    });
    engine.connection.onNotification(EngineMethod.log, (line: string) => this.onLog.emit(line));
    this.onLog.emit(`Engine started, process ${engine.pid ?? "none"}.`);
    this.report();
    // Any answer tells that the engine listens, one that it knows no such request too.
    engine.connection.sendRequest("engine/listening").then(
      () => this.listening(engine),
      (error) => error instanceof ResponseError && this.isAnswer(error) && this.listening(engine),
    );
  }

  /** Calls are sent from here on: one that was never sent is not to blame for the process's end. */
  private listening(engine: EngineProcess): void {
    if (engine !== this.engine) return;
    this.state = "ready";
    this.listens = true;
    this.dropCancelled();
    for (const call of this.calls) void this.send(call);
    this.report();
  }

  /** Exchanges the process on purpose: no crash is counted and every call still wanted is asked again. */
  private replace(state: "starting" | "restarting"): void {
    const old = this.engine;
    this.engine = null;
    old?.kill();
    this.dropCancelled();
    this.spawn(state);
  }

  private ended(exit: EngineExit): void {
    this.engine = null;
    this.onLog.emit(`Engine ended: ${engineGone(exit)}`);
    this.dropCancelled();
    const delay = this.crashes.crashed(Date.now());
    // What ends by itself before it listens (a library that is missing) does so each time; a signal may come from anywhere.
    if (!this.listens && (exit.signal === null || delay === null)) {
      this.giveUp(engineCannotStart(exit));
      return;
    }
    if (delay === null) {
      this.giveUp(engineKeepsCrashing(exit));
      return;
    }
    for (const call of this.calls) {
      if (!call.sent) continue;
      call.crashes++;
      if (call.crashes > 1) this.settle(call, () => call.reject(new ProblemError(crashedTwice(exit))));
    }
    this.state = "restarting";
    this.report();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.spawn("restarting");
    }, delay);
  }

  private giveUp(failure: Problem): void {
    this.state = "failed";
    this.failure = failure;
    this.rejectAll(new ProblemError(failure));
    this.report();
  }

  private dropCancelled(): void {
    for (const call of this.calls) {
      if (!call.cancelled) continue;
      clearTimeout(call.watchdog);
      this.calls.delete(call);
    }
  }

  private rejectAll(error: Error): void {
    for (const call of this.calls) {
      clearTimeout(call.watchdog);
      call.reject(error);
    }
    this.calls.clear();
  }

  private report(): void {
    const status = this.status;
    const key = JSON.stringify(status);
    if (key === this.lastStatus) return;
    this.lastStatus = key;
    this.onStatus.emit(status);
  }
}
