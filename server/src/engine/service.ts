import { createHash } from "node:crypto";
import type {
  AnalyseParams,
  Analysis,
  CheckReport,
  Description,
  Device,
  EngineOptions,
  EngineProgress,
  Setup,
} from "../protocol/engine.ts";
import { assemble } from "./analyse/assemble.ts";
import { Context } from "./analyse/context.ts";
import { DeviceLost, EngineError } from "./errors.ts";
import { LoadedSetup } from "./loaded-setup.ts";

type Progress = (progress: EngineProgress) => void;
interface Cancellation {
  isCancellationRequested: boolean;
}

/** What a cancelled analysis throws; what was computed so far stays for the next one. */
export class Cancelled extends Error {}

/** The engine without its channel: loads set-ups, keeps running contexts, answers one request at a time. */
export class EngineService {
  readonly #options: EngineOptions;
  readonly #log: (line: string) => void;
  readonly #lost = new Map<Device, string>();
  readonly #setups = new Map<string, LoadedSetup>();
  readonly #contexts = new Map<string, { setupId: string; context: Context }>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: EngineOptions, log: (line: string) => void = () => {}) {
    this.#options = options;
    this.#log = log;
  }

  /** Loads a set-up where needed and says what it is. */
  describe(setup: Setup, progress: Progress): Promise<Description> {
    return this.#inTurn(async () => (await this.#load(setup, "", progress)).description);
  }

  /** Analyses a prompt; newer text under the same key reuses the common prefix. */
  analyse(params: AnalyseParams, progress: Progress, cancel: Cancellation): Promise<Analysis> {
    return this.#inTurn(async () => {
      if (cancel.isCancellationRequested) throw new Cancelled();
      const setup = await this.#load(params, params.key, progress);
      const start = performance.now();
      const prompt = setup.encode(params.messages);
      const context = this.#context(params.key, setup);
      const ids = prompt.ids.subarray(0, setup.model.config.contextLength);
      const reused = await context.advance(ids, async (done) => {
        progress({ key: params.key, stage: "analysing", done, total: ids.length });
        // Lets a cancellation that arrived during the last chunk be read.
        await new Promise((resolve) => setImmediate(resolve));
        if (cancel.isCancellationRequested) throw new Cancelled();
      });
      this.#evict(params.key);
      return assemble(setup, prompt, ids.length, context, reused, performance.now() - start);
    });
  }

  /** What a model or SAE file is and whether it holds together; problems are answers here, not failures. */
  check(setup: Setup, kind: "model" | "sae"): Promise<CheckReport> {
    return this.#inTurn(async () => {
      const id = kind === "model" ? setup.model : (setup.saes?.[0] ?? "");
      try {
        const loaded = await this.#load(setup, "", () => {});
        return await loaded.report(kind, id);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        return {
          kind,
          id,
          path: error.problem.path ?? id,
          ok: false,
          facts: [],
          verified: [],
          problems: [error.problem],
        };
      }
    });
  }

  /** Forgets the running context of a key (a closed document). */
  forget(key: string): void {
    this.#contexts.delete(key);
  }

  async #load(setup: Setup, key: string, progress: Progress): Promise<LoadedSetup> {
    const id = createHash("sha256")
      .update(JSON.stringify([setup.model, setup.saes, setup.device]))
      .digest("hex");
    const known = this.#setups.get(id);
    if (known?.intact) {
      this.#setups.delete(id);
      this.#setups.set(id, known);
      return known;
    }
    if (known) await this.#drop(id, known);
    progress({ key, stage: "loading", done: 0, total: 1 });
    const shared = [...this.#setups.values()].find((other) => other.sharesModel(setup) && other.intact);
    const loaded = await LoadedSetup.open(setup, this.#options, this.#lost, shared);
    this.#setups.set(id, loaded);
    const { model, saes, loadMs } = loaded.description;
    const names = saes.map((sae) => `${sae.id} (${sae.check.verdict})`).join(", ") || "no SAE";
    this.#log(
      `Loaded ${model.id} with ${names} in ${loadMs.toFixed(0)} ms on ${model.device}: ${model.deviceReason}.`,
    );
    await this.#shrink();
    return loaded;
  }

  #context(key: string, setup: LoadedSetup): Context {
    const known = this.#contexts.get(key);
    this.#contexts.delete(key);
    const entry =
      known?.setupId === setup.description.setupId
        ? known
        : { setupId: setup.description.setupId, context: new Context(setup.model, setup.saes) };
    this.#contexts.set(key, entry);
    return entry.context;
  }

  /** Drops the longest unused contexts while their caches exceed a quarter of the budget. */
  #evict(keep: string): void {
    let bytes = [...this.#contexts.values()].reduce((sum, { context }) => sum + context.bytes, 0);
    for (const [key, { context }] of this.#contexts) {
      if (bytes <= (this.#options.memoryBudgetMB * 2 ** 20) / 4) return;
      if (key === keep) continue;
      bytes -= context.bytes;
      this.#contexts.delete(key);
    }
  }

  /** Drops the longest unused set-ups over the memory budget; the newest always stays. */
  async #shrink(): Promise<void> {
    const budget = this.#options.memoryBudgetMB * 2 ** 20;
    let bytes = [...this.#setups.values()].reduce((sum, setup) => sum + setup.bytes, 0);
    for (const [id, setup] of [...this.#setups].slice(0, -1)) {
      if (bytes <= budget) return;
      bytes -= setup.bytes;
      await this.#drop(id, setup);
    }
  }

  async #drop(id: string, setup: LoadedSetup): Promise<void> {
    this.#setups.delete(id);
    for (const [key, entry] of this.#contexts)
      if (entry.setupId === setup.description.setupId) this.#contexts.delete(key);
    await setup.release([...this.#setups.values()]);
  }

  /** Does work again without a device that was lost under it. */
  async #survivingLoss<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLost) || this.#lost.has(error.device)) throw error;
      this.#lost.set(error.device, error.message);
      this.#log(`${error.device} failed while running (${error.message}); going on without it.`);
      for (const [id, setup] of this.#setups)
        if (setup.description.model.device === error.device) await this.#drop(id, setup);
      return this.#survivingLoss(work);
    }
  }

  /** One piece of work at a time: two cores gain nothing from two. */
  #inTurn<T>(wanted: () => Promise<T>): Promise<T> {
    const work = () => this.#survivingLoss(wanted);
    const turn = this.#queue.then(work, work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}
