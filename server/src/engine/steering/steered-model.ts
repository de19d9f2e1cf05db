import { EngineError } from "../errors.ts";
import type { BlockSpec } from "../models/blocks.ts";
import { Model } from "../models/model.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** Milliseconds after its last use for which a steered model stays: it holds all weights a second time. */
const kept = 60_000;

/**
 * The model of the set-up that was steered last, with the blocks that it needed. Strengths, latents and conditions are given
 * at run time, so only other hook points or SAEs need another session; where nothing reads the stream the model itself serves.
 */
export class SteeredModel {
  readonly #threads: number;
  readonly #budget: number;
  /** Gives it back, in the engine's turn. */
  readonly #idle: () => void;
  #open: { key: string; model: Model } | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param budget bytes that models may take */
  constructor(threads: number, budget: number, idle: () => void) {
    this.#threads = threads;
    this.#budget = budget;
    this.#idle = idle;
  }

  /** @throws EngineError `memory-budget` */
  async get({ loaded, model, description }: LoadedSetup, blocks: BlockSpec[]): Promise<Model> {
    if (blocks.length === 0) return model;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#idle, kept);
    this.#timer.unref();
    const key = JSON.stringify([loaded.identity, blocks]);
    if (this.#open?.key === key) return this.#open.model;
    await this.release();
    if (2 * model.bytes > this.#budget) throw tooLarge(model.folder, model.bytes);
    const { device } = description.model;
    this.#open = { key, model: await Model.open(model.folder, { device, threads: this.#threads }, blocks) };
    return this.#open.model;
  }

  /** Bytes that it takes now. */
  get bytes(): number {
    return this.#open?.model.bytes ?? 0;
  }

  async release(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    // A session on a device that is gone may not even let itself be released.
    await open?.model.release().catch(() => {});
  }
}

function tooLarge(folder: string, bytes: number): EngineError {
  return new EngineError({
    code: "memory-budget",
    message: `Edits that read the model's stream need ${Math.ceil(bytes / 2 ** 20)} MB more for ${folder}, beyond the memory budget.`,
    remedy: "Raise the setting memoryBudgetMB, choose a smaller model, or use an edit that only adds.",
    subject: "model",
    path: folder,
  });
}
