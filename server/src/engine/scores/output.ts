import { lensTokens, type NeutralPrompt } from "../../protocol/scores.ts";
import { Branches } from "../models/branches.ts";
import { streamHook } from "../models/hooks.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { RunOptions } from "../runtime/session.ts";
import type { Sae } from "../saes/sae.ts";
import { Lens } from "../scan/lens.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { neutralPrompts } from "./prompts.ts";

/** How many times the largest activation on the token a latent is raised by. */
const amplification = 10;
/** Logits of one pass: enough work to be fast, little enough to be waited for. */
const passElements = 2 ** 22;
const largestPass = 128;

/** A neutral text, read up to its last token. */
interface ReadPrompt extends NeutralPrompt {
  /** Keys and values of all tokens but the last. */
  before: KvCache;
  /** `[d]` residuals of the last token: where the SAE reads, and where its steps join the stream. */
  x: Float32Array;
  stream: Float32Array;
}

/**
 * Output scores of one SAE's latents: Arad, Mueller, Belinkov 2025, “SAEs Are Good for Steering – If You Select the Right
 * Features”, as the authors' code computes them. On the last token of a neutral text the latent's activation is raised by
 * ten times the largest activation that any latent has there, and what the SAE leaves unexplained is kept. Of the 20 tokens
 * with the largest logits `W_U · final_norm(decoder row)` the likeliest next one has the probability p and the rank r (from
 * 0; tokens exactly as likely do not count as before it): the score is (1 − r / vocabulary) · p. Theirs is one text; here the
 * scores of several are kept, and averaged.
 */
export class OutputScorer {
  /** Latents of one pass. */
  readonly batch: number;
  readonly #setup: LoadedSetup;
  readonly #sae: Sae;
  readonly #lens: Lens;
  readonly #branches: Branches;
  readonly #hook: string;
  readonly #prompts: ReadPrompt[] = [];

  private constructor(setup: LoadedSetup, sae: Sae, hook: string, lens: Lens, branches: Branches) {
    this.#setup = setup;
    this.#sae = sae;
    this.#hook = hook;
    this.#lens = lens;
    this.#branches = branches;
    this.batch = Math.max(1, Math.min(largestPass, Math.floor(passElements / setup.model.config.vocabulary)));
  }

  /**
   * @param budget bytes that models may take
   * @throws EngineError `memory-budget`
   */
  static async open(
    setup: LoadedSetup,
    index: number,
    options: RunOptions,
    budget: number,
  ): Promise<OutputScorer> {
    const { sae } = setup.saes[index];
    const hook = streamHook(sae.hook);
    if (hook === null) throw new Error(`${sae.hook} does not write to the residual stream.`);
    const branches = await Branches.open(setup.model, hook, options, budget);
    try {
      const lens = await Lens.open(setup.model, options, lensTokens);
      return new OutputScorer(setup, sae, hook, lens, branches);
    } catch (error) {
      await branches.release();
      throw error;
    }
  }

  /** Reads the next neutral text, if there is one left to read. */
  async readNext(): Promise<boolean> {
    const texts = neutralPrompts(this.#setup.description.model.id);
    if (this.#prompts.length === texts.length) return false;
    const text = texts[this.#prompts.length];
    const { model } = this.#setup;
    const { ids } = this.#setup.encode([{ role: null, text }]);
    const before = model.newCache();
    const last = ids.length - 1;
    if (last > 0) await model.forward(ids.subarray(0, last), { cache: before });
    const hooks = [this.#sae.hook, this.#hook];
    const { captures } = await model.forward(ids.subarray(last), { cache: before, capture: hooks });
    before.truncate(last);
    const [x, stream] = hooks.map((hook) => (captures.get(hook) as Float32Array).slice());
    const [{ values }] = (await this.#sae.encode(x, 1)).tokens;
    this.#prompts.push({ text, maxActivation: values.at(0) ?? 0, before, x, stream });
    return true;
  }

  get prompts(): NeutralPrompt[] {
    return this.#prompts.map(({ text, maxActivation }) => ({ text, maxActivation }));
  }

  /** The tokens that decoder directions raise most: `[n × listed]`, best first. */
  async raised(latents: Int32Array): Promise<{ ids: Int32Array; listed: number }> {
    const d = this.#sae.config.dIn;
    const rows = new Float32Array(latents.length * d);
    latents.forEach((latent, i) => {
      rows.set(this.#sae.decoderRows(latent, latent + 1), i * d);
    });
    const { raised, listed } = await this.#lens.read(rows, latents.length);
    return { ids: raised.ids, listed };
  }

  /**
   * Output scores on one text, by its place among {@link prompts}.
   * @param raised what {@link raised} says of these latents
   * @returns `[n]`; NaN where no latent is active on the text's last token
   */
  async score(prompt: number, latents: Int32Array, raised: Int32Array): Promise<Float32Array> {
    const { maxActivation, before, x, stream } = this.#prompts[prompt];
    const n = latents.length;
    if (maxActivation === 0) return new Float32Array(n).fill(Number.NaN);
    const d = stream.length;
    const rows = new Float32Array(n * d);
    latents.forEach((latent, i) => {
      const step = this.#sae.step(latent, amplification * maxActivation, x);
      for (let j = 0; j < d; j++) rows[i * d + j] = stream[j] + step[j];
    });
    const { logprob, rank } = await this.#branches.read(before, rows, raised, n);
    const { vocabulary } = this.#setup.model.config;
    return logprob.map((it, i) => (1 - rank[i] / vocabulary) * Math.exp(it));
  }

  async release(): Promise<void> {
    await this.#branches.release();
    await this.#lens.release();
  }
}
