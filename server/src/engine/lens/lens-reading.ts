import { type LensParams, type LensWindow, MOST_GUESSES } from "../../protocol/engine.ts";
import type { Context } from "../analyse/context.ts";
import { EngineError } from "../errors.ts";
import { hookName } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { LogitLens } from "./logit-lens.ts";

/** Tokens whose residuals are held at once: with all layers of SmolLM2 2 MB. */
const heldTokens = 32;

/** Residuals of some tokens at every layer, and how many of their rows are read. */
interface Held {
  from: number;
  to: number;
  /** One a layer, `[(to − from) · d]`. */
  layers: Float32Array[];
  read: number;
}

/**
 * Reads a window of tokens through the logit lens step by step, so that whoever drives it can do other work between steps.
 * A step that failed can be taken again.
 */
export class LensReading {
  readonly #params: LensParams;
  #setupId: string | null = null;
  #ids = new Int32Array(0);
  #hooks: string[] = [];
  #held: Held | null = null;
  #next = 0;
  #result!: Omit<LensWindow, "texts">;

  constructor(params: LensParams) {
    this.#params = params;
  }

  /**
   * Reads the next rows. What a set-up gave whose files were replaced meanwhile is dropped and read again.
   * @param pause is called between the parts of what has to be computed before the window
   * @returns false where all is read
   * @throws EngineError `lens-window` for tokens that the prompt does not have, `text-changed` where the context went on with
   * another text, `weights-nan`
   */
  async step(
    setup: LoadedSetup,
    context: Context,
    lens: LogitLens,
    pause: () => Promise<void>,
  ): Promise<boolean> {
    if (this.#setupId !== setup.description.setupId) await this.#begin(setup, context, pause);
    if (!this.#held) {
      if (this.#next >= this.#params.to) return false;
      await this.#hold(context, pause);
    }
    await this.#read(setup, lens);
    return true;
  }

  /** The whole window, once {@link step} said that there is no more. */
  finish({ text }: LoadedSetup): LensWindow {
    return { ...this.#result, texts: new Map(Array.from(this.#result.topIds, (id) => [id, text.text(id)])) };
  }

  async #begin(setup: LoadedSetup, context: Context, pause: () => Promise<void>): Promise<void> {
    const { config } = setup.model;
    const ids = setup.encode(this.#params.messages).ids.slice(0, config.contextLength);
    const { from, to } = this.#params;
    assertWindow(this.#params, ids.length);
    await context.advance(ids, pause);
    this.#ids = ids;
    this.#held = null;
    this.#next = from;
    this.#hooks = Array.from({ length: config.layers }, (_, layer) => hookName(layer, "hook_resid_post"));
    const rows = (to - from) * config.layers;
    const count = Math.min(this.#params.count, config.vocabulary);
    this.#result = {
      setupId: setup.description.setupId,
      from,
      hooks: this.#hooks,
      count,
      convention:
        `A layer's guesses are softmax(W_U · final_norm(hook_resid_post)) over all ${config.vocabulary} tokens, the norm's ` +
        "statistics taken of that residual itself (logit lens). The last layer's are the model's own.",
      topIds: new Int32Array(rows * count),
      topLogprobs: new Float32Array(rows * count),
      nextLogprobs: new Float32Array(rows),
      nextRanks: new Int32Array(rows),
    };
    this.#setupId = setup.description.setupId;
  }

  async #hold(context: Context, pause: () => Promise<void>): Promise<void> {
    const from = this.#next;
    const to = Math.min(this.#params.to, from + heldTokens);
    if (context.common(this.#ids) < from) {
      // Nothing at all: the memory budget took it.
      if (context.tokens.length > 0) throw textChanged();
      await context.advance(this.#ids, pause);
    }
    const captured = await context.capture(this.#ids, from, to, this.#hooks);
    this.#held = { from, to, layers: this.#hooks.map((hook) => captured.get(hook) as Float32Array), read: 0 };
    this.#next = to;
  }

  /** Reads rows `(token, layer)` of what is held, as many as one run takes. */
  async #read({ model }: LoadedSetup, lens: LogitLens): Promise<void> {
    const { from, to, layers, read } = this.#held as Held;
    const d = model.config.dModel;
    const all = (to - from) * layers.length;
    const end = Math.min(all, read + lens.rows);
    const x = new Float32Array((end - read) * d);
    const targets = new Int32Array(end - read);
    for (let row = read; row < end; row++) {
      const t = Math.floor(row / layers.length);
      x.set(layers[row % layers.length].subarray(t * d, (t + 1) * d), (row - read) * d);
      targets[row - read] = this.#ids[from + t + 1] ?? 0;
    }
    const { count, topIds, topLogprobs, nextLogprobs, nextRanks } = this.#result;
    const found = await lens.read(x, targets, count);
    if (found.topLogprobs.some((value) => !Number.isFinite(value))) throw notFinite(model.folder);
    const at = (from - this.#params.from) * layers.length + read;
    topIds.set(found.topIds, at * count);
    topLogprobs.set(found.topLogprobs, at * count);
    for (let i = 0; i < end - read; i++) {
      const isKnown = from + Math.floor((read + i) / layers.length) + 1 < this.#ids.length;
      nextLogprobs[at + i] = isKnown ? found.targetLogprobs[i] : Number.NaN;
      nextRanks[at + i] = isKnown ? found.targetRanks[i] : 0;
    }
    if (end === all) this.#held = null;
    else (this.#held as Held).read = end;
  }
}

function assertWindow({ from, to, count }: LensParams, tokens: number): void {
  const isWindow = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= tokens;
  if (isWindow && Number.isInteger(count) && count >= 1 && count <= MOST_GUESSES) return;
  throw new EngineError({
    code: "lens-window",
    message: `The prompt's tokens are 0 to ${tokens - 1}, and a layer gives 1 to ${MOST_GUESSES} guesses; asked for were ${count} on tokens ${from} to ${to - 1}.`,
    remedy: "Ask for tokens that are there, and for no more guesses than that.",
    subject: "prompt",
  });
}

function textChanged(): EngineError {
  return new EngineError({
    code: "text-changed",
    message: "The text was changed while its layers were read.",
    remedy: "Ask again.",
    subject: "prompt",
  });
}

function notFinite(folder: string): EngineError {
  return new EngineError({
    code: "weights-nan",
    message: `${folder}: what a layer predicts is not a number.`,
    remedy: "The weights hold NaN or infinity, or overflow: fetch the files again.",
    subject: "model",
    path: folder,
  });
}
