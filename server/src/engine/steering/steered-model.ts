import { EngineError } from "../errors.ts";
import { Model } from "../models/model.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { SteeringPlan } from "./plan.ts";

/** Milliseconds after its last use for which a steered model stays: it holds all weights a second time. */
const kept = 60_000;

/**
 * The model of the set-up that was steered last, with the blocks that it needed. Strengths, latents and conditions are given
 * at run time, so only other hook points or SAEs need another session; where nothing reads the stream the model itself serves,
 * but for vectors on an accelerator, whose own session takes no edits: each place for one costs as much as a layer there.
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

  /**
   * @param plan its blocks, and where it adds vectors: on the CPU the model itself takes those
   * @throws EngineError `memory-budget`
   */
  async get(setup: LoadedSetup, plan: Pick<SteeringPlan, "specs" | "added">): Promise<Model> {
    const { loaded, model, description } = setup;
    const { device } = description.model;
    const blocks = plan.specs;
    const edited = device === "cpu" ? [] : plan.added;
    if (blocks.length + edited.length === 0) return model;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#idle, kept);
    this.#timer.unref();
    const key = JSON.stringify([loaded.identity, blocks, edited]);
    if (this.#open?.key === key) return this.#open.model;
    await this.release();
    // A vector alone is kept from no model: there its session lies in the memory of an accelerator.
    if (blocks.length > 0 && 2 * model.bytes > this.#budget) throw tooLarge(model.folder, model.bytes);
    const options = { device, threads: this.#threads };
    this.#open = { key, model: await Model.open(model.folder, options, blocks, edited) };
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
    remedy:
      "Raise the setting memoryBudgetMB, choose a smaller model, or use an edit that only adds, on the CPU.",
    subject: "model",
    path: folder,
  });
}
