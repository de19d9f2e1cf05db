import type { ScanShardParams, ShardResult, ShardWindows } from "../../protocol/scan.ts";
import type { Residuals } from "../models/residuals.ts";
import type { ActiveRow } from "../saes/activate.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { Gatherer } from "./gather.ts";
import { replacedDuring } from "./replaced.ts";
import { rowsOf } from "./rows.ts";
import { shortened, type Window, windowsOf } from "./windows.ts";

/**
 * A shard being scanned, one window a step, so that whoever drives it can do other work between steps. The result depends
 * on the parameters and the set-up's files alone.
 */
export class ShardScan {
  readonly #params: ScanShardParams;
  #setupId: string | null = null;
  #gatherers: Gatherer[] = [];
  readonly #windows: Window[] = [];
  #waiting: Window[] = [];
  #nextDocument = 0;
  #tokens = 0;

  constructor(params: ScanShardParams) {
    this.#params = params;
  }

  /**
   * Reads the next window, if there is one.
   * @returns false where the shard is at its end
   * @throws EngineError `weights-replaced` where the set-up is no longer the one of the first step
   */
  async step(setup: LoadedSetup, residuals: Residuals): Promise<boolean> {
    this.#assertSame(setup);
    const window = this.#next(setup);
    if (!window) return false;
    const captures = await residuals.read(window.ids);
    const rows: (ActiveRow | null)[][] = [];
    for (const loaded of setup.saes)
      rows.push(await rowsOf(loaded, captures.get(loaded.sae.hook) as Float32Array, window.ids, setup));
    // Only now, so that a step that failed can be taken again.
    this.#waiting.shift();
    this.#windows.push(window);
    this.#tokens += window.ids.length;
    for (const [s, gatherer] of this.#gatherers.entries()) gatherer.add(window, rows[s]);
    return true;
  }

  /** The shard's result, once {@link step} said that there is no more. */
  finish(setup: LoadedSetup): ShardResult {
    const texts = new Map<number, string>();
    for (const { ids } of this.#windows)
      for (const id of ids) if (!texts.has(id)) texts.set(id, setup.text.text(id));
    return {
      shard: this.#params.shard,
      setupId: setup.description.setupId,
      tokens: this.#tokens,
      windows: packWindows(this.#windows),
      saes: this.#gatherers.map((gatherer) => gatherer.finish()),
      texts,
    };
  }

  /** The window to read next, cut where the shard's tokens end. */
  #next(setup: LoadedSetup): Window | null {
    const { documents, context, maxTokens } = this.#params;
    const left = maxTokens === null ? Number.POSITIVE_INFINITY : maxTokens - this.#tokens;
    if (left <= 0) return null;
    while (this.#waiting.length === 0) {
      if (this.#nextDocument === documents.length) return null;
      this.#waiting = windowsOf(setup, documents[this.#nextDocument++], context);
    }
    const [window] = this.#waiting;
    return window.ids.length > left ? shortened(window, left) : window;
  }

  #assertSame(setup: LoadedSetup): void {
    const { setupId } = setup.description;
    if (this.#setupId === null) {
      this.#setupId = setupId;
      this.#gatherers = setup.saes.map(({ sae }) => new Gatherer(sae.config.width, this.#params.seed));
    }
    if (this.#setupId === setupId) return;
    throw replacedDuring(setup.setup.model);
  }
}

function packWindows(windows: Window[]): ShardWindows {
  const rows = new Int32Array(windows.length + 1);
  windows.forEach(({ ids }, w) => {
    rows[w + 1] = rows[w] + ids.length;
  });
  const joined = (part: (window: Window) => Int32Array) => {
    const all = new Int32Array(rows[windows.length]);
    windows.forEach((window, w) => {
      all.set(part(window), rows[w]);
    });
    return all;
  };
  return {
    document: Int32Array.from(windows, ({ document }) => document),
    first: Int32Array.from(windows, ({ first }) => first),
    rows,
    ids: joined(({ ids }) => ids),
    message: joined(({ message }) => message),
    start: joined(({ start }) => start),
    end: joined(({ end }) => end),
  };
}
