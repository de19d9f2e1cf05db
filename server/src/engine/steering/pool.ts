import type { MessageInput } from "../../protocol/engine.ts";
import type { Pooled, PoolParams } from "../../protocol/steering.ts";
import { EngineError } from "../errors.ts";
import { isHook, isResidualHook, unknownHook } from "../models/hooks.ts";
import { readResiduals } from "../models/read-residuals.ts";
import { isMassive } from "../saes/outside.ts";
import { replacedDuring } from "../scan/replaced.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { medianNorm, rowNorms } from "./norms.ts";

/** Texts whose residuals are pooled, one a step, so that other work can be done between steps. */
export class PoolRun {
  readonly #texts: MessageInput[][];
  readonly #hooks: string[];
  readonly #pool: PoolParams["pool"];
  #setupId: string | null = null;
  /** By text: rows `[d]` in the order of the hook points. */
  readonly #rows: Float32Array[][] = [];

  constructor({ texts, hooks, pool }: PoolParams) {
    this.#texts = texts;
    this.#hooks = hooks;
    this.#pool = pool;
  }

  /**
   * Reads the next text, if there is one, as the set-up reads any prompt.
   * @returns false where all are read
   * @throws EngineError `weights-replaced` where the set-up is no longer the one of the first step, `hook-unknown` for what
   * is no residual hook point, `text-too-long`, `text-too-short` where no token is left to pool
   */
  async step(setup: LoadedSetup): Promise<boolean> {
    this.#setupId ??= setup.description.setupId;
    if (this.#setupId !== setup.description.setupId) throw replacedDuring(setup.setup.model);
    const { layers } = setup.model.config;
    for (const hook of this.#hooks)
      if (!isHook(hook, layers) || !isResidualHook(hook)) throw unknownHook(hook, layers);
    const number = this.#rows.length;
    if (number === this.#texts.length) return false;
    const ids = idsOf(this.#texts[number], setup);
    const residuals = await readResiduals(setup.model, ids, this.#hooks);
    const rows: Float32Array[] = [];
    for (const hook of this.#hooks) {
      const x = residuals.get(hook) as Float32Array;
      rows.push(await this.#pooled(x, hook, setup, this.#texts[number]));
    }
    this.#rows.push(rows);
    return true;
  }

  finish(setup: LoadedSetup): Pooled {
    const d = setup.model.config.dModel;
    const rows = new Map<string, Float32Array>();
    this.#hooks.forEach((hook, h) => {
      const all = new Float32Array(this.#rows.length * d);
      this.#rows.forEach((row, t) => {
        all.set(row[h], t * d);
      });
      rows.set(hook, all);
    });
    return { setupId: setup.description.setupId, rows };
  }

  async #pooled(
    x: Float32Array,
    hook: string,
    setup: LoadedSetup,
    text: MessageInput[],
  ): Promise<Float32Array> {
    const d = setup.model.config.dModel;
    if (this.#pool === "last") return x.slice(-d);
    const usual = await medianNorm(setup, hook);
    const norms = rowNorms(x, d);
    const kept = [...norms.keys()].filter((t) => t > 0 && !isMassive(norms[t], usual));
    if (kept.length === 0)
      throw unusable(
        "text-too-short",
        text,
        "has no token to pool besides its first",
        "Use a longer text, or pool the last token instead of the mean.",
      );
    const sum = new Float64Array(d);
    for (const t of kept) for (let i = 0; i < d; i++) sum[i] += x[t * d + i];
    return Float32Array.from(sum, (value) => value / kept.length);
  }
}

function idsOf(text: MessageInput[], setup: LoadedSetup): Int32Array {
  const { contextLength } = setup.model.config;
  const { ids } = setup.encode(text, contextLength);
  if (ids.length === 0) throw unusable("text-too-short", text, "has no token", "Leave it out.");
  if (ids.length > contextLength)
    throw unusable(
      "text-too-long",
      text,
      `does not fit the context of ${contextLength} tokens`,
      "Shorten it.",
    );
  return ids;
}

function unusable(code: string, messages: MessageInput[], what: string, remedy: string): EngineError {
  const text = messages.map(({ text }) => text).join(" ");
  const shown = text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
  return new EngineError({ code, message: `The text “${shown}” ${what}.`, remedy, subject: "prompt" });
}
