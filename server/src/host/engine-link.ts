import { type CancellationToken, ResponseError } from "vscode-jsonrpc/node";
import { EngineMethod, type EngineOptions, type EngineProgress } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import type { EngineStatus } from "../protocol/requests.ts";
import type { GenerateProgress } from "../protocol/steering.ts";
import {
  crashedTwice,
  endedWhileWriting,
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
  /** Not asked again where its process ends: what it told meanwhile cannot be taken back. */
  readonly once: boolean;
  watchdog: NodeJS.Timeout | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Typed calls that survive the death of the process behind them.
 *
 * A crash restarts the process with growing delays; calls in flight are asked once more (all are idempotent, but for those that
 * say so). After {@link RestartPolicy.maxCrashes}, or when the process ends by itself before it listens, the host is "failed"
 * until {@link restart}. Calls reject with a {@link ProblemError}, or a {@link CancelledError} as soon as their token is cancelled.
 */
export class EngineLink {
  readonly onStatus = new Listeners<EngineStatus>();
  readonly onProgress = new Listeners<EngineProgress>();
  readonly onGenerated = new Listeners<GenerateProgress>();
  readonly onLog = new Listeners<string>();
  private readonly config: EngineHostOptions;
  private readonly crashes: CrashCounter;
  private readonly calls = new Set<Call>();
  protected engine: EngineProcess | null = null;
  private timer: NodeJS.Timeout | undefined;
  private state: EngineStatus["state"] = "stopped";
  private failure: Problem | null = null;
  protected running = "";
  private lastStatus = "";
  protected loading = false;
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

  protected call<T>(
    method: string,
    params: object,
    token?: CancellationToken,
    { once = false }: { once?: boolean } = {},
  ): Promise<T> {
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
        once,
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
    engine.connection.onNotification(EngineMethod.generated, (news: GenerateProgress) =>
      this.onGenerated.emit(news),
    );
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
    for (const call of this.calls)
      if (call.once && call.sent) this.settle(call, () => call.reject(new ProblemError(endedWhileWriting())));
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
      if (call.once) {
        this.settle(call, () => call.reject(new ProblemError(endedWhileWriting())));
        continue;
      }
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

  protected report(): void {
    const status = this.status;
    const key = JSON.stringify(status);
    if (key === this.lastStatus) return;
    this.lastStatus = key;
    this.onStatus.emit(status);
  }
}
