import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { LogitLens } from "./logit-lens.ts";

/** Milliseconds after its last use for which a lens stays: its unembedding takes memory that no budget counts. */
const kept = 60_000;

/** The lens of the model that was asked for last. */
export class LensSession {
  readonly #threads: number;
  /** Gives the lens back, in the engine's turn. */
  readonly #idle: () => void;
  #open: { model: string; lens: LogitLens } | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(threads: number, idle: () => void) {
    this.#threads = threads;
    this.#idle = idle;
  }

  async get({ loaded, description }: LoadedSetup): Promise<LogitLens> {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#idle, kept);
    this.#timer.unref();
    if (this.#open?.model === loaded.identity) return this.#open.lens;
    await this.release();
    const { device } = description.model;
    const lens = await LogitLens.open(loaded.model, { device, threads: this.#threads });
    this.#open = { model: loaded.identity, lens };
    return lens;
  }

  async release(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    // A session on a device that is gone may not even let itself be released.
    await open?.lens.release().catch(() => {});
  }
}
