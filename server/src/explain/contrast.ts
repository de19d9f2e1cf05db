import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import type { Setup, SparseActivations } from "../protocol/engine.ts";
import { kept } from "../protocol/scan.ts";
import type { WindowTokens } from "../store/kept-examples.ts";
import type { StoreReader } from "../store/reader.ts";
import { type Passage, textOf } from "./passage.ts";
import { random, shuffled } from "./random.ts";

type Windows = Pick<StoreReader, "windows" | "windowTokens">;
type Engine = Pick<EngineHost, "analyse" | "forget">;

/** Fewer tokens tell a judge nothing. */
const shortest = 8;
/** Windows looked at for each passage that is wanted, and stretches of one window that are tried. */
const windowsEach = 4;
const triesEach = 3;
/** Names the windows' text to the engine. */
const key = "steerscope:explain";

/** What is wanted of a latent. */
export interface Wanted {
  feature: number;
  count: number;
  /** Windows with a firing of the latent. */
  known: ReadonlySet<number>;
  /** Texts that are used otherwise. */
  taken: ReadonlySet<string>;
}

/** Passages that a latent does not fire on, and whether the model was run on all of them. */
export interface Silent {
  passages: Passage[];
  verified: boolean;
}

/**
 * Passages on which latents do not fire: stretches of windows drawn at random from the whole store, as long as an example
 * (delphi's default, `non_activating_source: random`). A store keeps only some firings of a latent, so the model is run on
 * each window to know that it is silent on the stretch. Windows that it does not read as the same tokens (of an import, or
 * cut inside a character) are taken only where most are such, and only where no firing in them is known. What was read once
 * serves all latents of the SAE.
 */
export class Contrast {
  readonly #store: Windows;
  readonly #engine: Engine;
  readonly #setup: Setup;
  readonly #sae: number;
  readonly #order: number[];
  readonly #read = new Map<number, { tokens: WindowTokens; activations: SparseActivations | null }>();

  /** @param sae its place among the SAEs of the set-up, which is the one that the store belongs to */
  constructor(store: Windows, engine: Engine, setup: Setup, sae: number) {
    this.#store = store;
    this.#engine = engine;
    this.#setup = setup;
    this.#sae = sae;
    this.#order = shuffled(store.windows(), random(1));
  }

  /** @param report how far it is, 0 to 1 */
  async silent(
    { feature, count, known, taken }: Wanted,
    token: CancellationToken,
    report: (share: number) => void = () => {},
  ): Promise<Silent> {
    const next = random(feature + 7);
    const texts = new Set(taken);
    const passages: Passage[] = [];
    const unsure: Passage[] = [];
    let readable = 0;
    let looked = 0;
    const order = this.#order.slice(0, windowsEach * count);
    for (const window of order) {
      if (passages.length === count) break;
      report(Math.max(passages.length / count, looked / order.length));
      const { tokens, activations } = await this.#window(window, token);
      looked++;
      if (activations) readable++;
      const passage = stretch(tokens, window, feature, activations, next);
      if (!passage || texts.has(textOf(passage))) continue;
      texts.add(textOf(passage));
      if (activations) passages.push(passage);
      else if (!known.has(window)) unsure.push(passage);
    }
    // A latent that is silent nowhere must not be taken to be silent where the model cannot be asked.
    const missing = 2 * readable < looked ? unsure.slice(0, count - passages.length) : [];
    return { passages: [...passages, ...missing], verified: missing.length === 0 };
  }

  /** Lets the engine drop what it kept of the windows. */
  dispose(): void {
    this.#engine.forget(key);
  }

  async #window(window: number, token: CancellationToken) {
    let known = this.#read.get(window);
    if (!known) {
      const tokens = this.#store.windowTokens(window);
      known = { tokens, activations: await this.#activations(tokens, token) };
      this.#read.set(window, known);
    }
    return known;
  }

  /** Activations on a window's tokens; null where its text is not read as these. */
  async #activations(
    { ids, texts }: WindowTokens,
    token: CancellationToken,
  ): Promise<SparseActivations | null> {
    if (ids.some((id) => id < 0)) return null;
    // A start token is put before the text by the engine, as it was in the scan.
    const starts = /^<.+>$/.test(texts[0] ?? "") ? 1 : 0;
    const messages = [{ role: null, text: texts.slice(starts).join("") }];
    const analysis = await this.#engine.analyse({ ...this.#setup, key, messages }, token);
    const same = analysis.ids.length === ids.length && ids.every((id, i) => id === analysis.ids[i]);
    return same ? analysis.saes[this.#sae] : null;
  }
}

/** A random stretch of a window that the latent is silent on, as far as is known; null where none was found. */
function stretch(
  { ids, texts }: WindowTokens,
  window: number,
  feature: number,
  activations: SparseActivations | null,
  next: () => number,
): Passage | null {
  for (let attempt = 0; attempt < triesEach; attempt++) {
    const at = Math.floor(next() * ids.length);
    const from = Math.max(0, at - kept.before);
    const to = Math.min(ids.length, at + kept.after + 1);
    if (to - from < shortest) continue;
    if (activations && fires(activations, feature, from, to)) continue;
    const tokens = texts.slice(from, to);
    return { tokens, activations: tokens.map(() => 0), window };
  }
  return null;
}

function fires({ rows, indices }: SparseActivations, feature: number, from: number, to: number): boolean {
  return indices.subarray(rows[from], rows[to]).includes(feature);
}
