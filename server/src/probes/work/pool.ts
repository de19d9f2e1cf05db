import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { CancellationToken } from "vscode-jsonrpc/node";
import { CancelledError } from "../../host/problem-error.ts";
import type { Task, TaskAnswer, TaskName, TaskParams, TaskResult } from "./task.ts";

interface Waiting {
  task: Task;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * Threads that train probes, so that nothing else waits for them. A task cannot be interrupted inside: a cancelled run ends
 * its threads.
 */
export class FitWorkers {
  readonly #module: string;
  readonly #most: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #waiting: Waiting[] = [];
  readonly #cancelled: { dispose(): void } | undefined;
  #ended = false;

  /** @param module the workers' module @param token ends them */
  constructor(
    module: string,
    token?: CancellationToken,
    most = Math.max(1, Math.min(4, availableParallelism())),
  ) {
    this.#module = module;
    this.#most = most;
    this.#cancelled = token?.onCancellationRequested(() => this.end());
    if (token?.isCancellationRequested) this.end();
  }

  /** How many there are at most. */
  get count(): number {
    return this.#most;
  }

  /**
   * @throws Error what the task throws (a RangeError in words for the user stays one), CancelledError where the threads were
   * ended first
   */
  run<N extends TaskName>(name: N, params: TaskParams<N>): Promise<TaskResult<N>> {
    if (this.#ended) return Promise.reject(new CancelledError());
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ task: { name, params } as Task, resolve, reject });
      this.#next();
    }) as Promise<TaskResult<N>>;
  }

  /** Ends all threads; what is not done is rejected. */
  end(): void {
    this.#ended = true;
    this.#cancelled?.dispose();
    for (const worker of [...this.#idle, ...this.#busy.keys()]) void worker.terminate();
    for (const { reject } of [...this.#waiting, ...this.#busy.values()]) reject(new CancelledError());
    this.#waiting.length = 0;
    this.#idle.length = 0;
    this.#busy.clear();
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    const worker = this.#idle.pop() ?? (this.#busy.size < this.#most ? this.#start() : null);
    if (!worker) return;
    const job = this.#waiting.shift() as Waiting;
    this.#busy.set(worker, job);
    worker.postMessage(job.task);
  }

  #start(): Worker {
    const worker = new Worker(this.#module, { execArgv: [] });
    worker.on("message", (answer: TaskAnswer) => this.#answered(worker, answer));
    worker.on("error", (error) => this.#fell(worker, error));
    return worker;
  }

  #answered(worker: Worker, answer: TaskAnswer): void {
    const job = this.#busy.get(worker);
    if (!job) return;
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if ("result" in answer) job.resolve(answer.result);
    else job.reject(answer.ours ? new RangeError(answer.message) : new Error(answer.message));
    this.#next();
  }

  /** A thread that ran out of memory takes its task with it, and no other. */
  #fell(worker: Worker, error: Error): void {
    const job = this.#busy.get(worker);
    this.#busy.delete(worker);
    job?.reject(error);
    this.#next();
  }
}
