import { topCount } from "../models/forward.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { Model } from "../models/model.ts";
import type { Sae } from "../saes/sae.ts";
import type { SaeStatistics } from "../saes/statistics.ts";
import type { SaeToken } from "./rows.ts";

export interface LoadedSae {
  sae: Sae;
  statistics: SaeStatistics;
}

/** A token whose residual is this many times the usual norm is a massive activation: SAEs are not trained there. */
const massiveFactor = 5;
/**
 * First guess of a chunk's size; later chunks aim at the time below, so that cancellation is felt. Every chunk reads all
 * weights once: on SmolLM2 chunks of 32 tokens cost 1.6 times as much as chunks of 128, those as much as none at all.
 */
const firstChunk = 128;
const chunkMs = 200;
const largestChunk = 256;
const smallestChunk = 16;

/** One token as far as it is analysed. */
interface Token {
  /** log p of the token after this one. */
  nextLogprob: number;
  topIds: Int32Array;
  topLogprobs: Float32Array;
  saes: SaeToken[];
}

/**
 * The running computation of one text under one set-up: ids seen, their keys and values, and what was found.
 * Newer text reuses the longest common prefix of ids.
 */
export class Context {
  readonly #model: Model;
  readonly #saes: LoadedSae[];
  readonly #cache: KvCache;
  #ids = new Int32Array(0);
  readonly tokens: Token[] = [];
  #chunk = firstChunk;

  constructor(model: Model, saes: LoadedSae[]) {
    this.#model = model;
    this.#saes = saes;
    this.#cache = model.newCache();
  }

  /** Bytes of the cache. */
  get bytes(): number {
    return this.#cache.bytes;
  }

  /**
   * Brings the context to `ids`, in chunks; what is done when it is cancelled stays and is reused.
   * @returns how many leading tokens were reused
   */
  async advance(ids: Int32Array, step: (done: number) => Promise<void>): Promise<number> {
    let common = 0;
    while (common < ids.length && common < this.#ids.length && ids[common] === this.#ids[common]) common++;
    // The last common token predicts the first new one, so it runs again.
    const reused = common === ids.length && common === this.#ids.length ? common : Math.max(0, common - 1);
    this.#cut(reused);
    this.#ids = ids.slice(0, reused);
    for (let from = reused; from < ids.length; ) {
      await step(from);
      const to = Math.min(ids.length, from + this.#chunk);
      const start = performance.now();
      await this.#run(ids, from, to);
      const ms = performance.now() - start;
      if (to - from >= smallestChunk)
        this.#chunk = Math.round(
          Math.min(largestChunk, Math.max(smallestChunk, ((to - from) * chunkMs) / ms)),
        );
      this.#ids = ids.slice(0, to);
      from = to;
    }
    return reused;
  }

  #cut(length: number): void {
    this.#cache.truncate(length);
    this.tokens.length = Math.min(this.tokens.length, length);
  }

  async #run(ids: Int32Array, from: number, to: number): Promise<void> {
    const hooks = [...new Set(this.#saes.map(({ sae }) => sae.hook))];
    try {
      const out = await this.#model.forward(ids.slice(from, to), {
        capture: hooks,
        cache: this.#cache,
        nextId: to < ids.length ? ids[to] : undefined,
      });
      const codes = await Promise.all(
        this.#saes.map((loaded) =>
          encodeTokens(loaded, out.captures.get(loaded.sae.hook) as Float32Array, ids, from, to),
        ),
      );
      for (let t = 0; t < to - from; t++)
        this.tokens.push({
          nextLogprob: out.logprobs[t],
          topIds: out.topIds.slice(t * topCount, (t + 1) * topCount),
          topLogprobs: out.topLogprobs.slice(t * topCount, (t + 1) * topCount),
          saes: codes.map((code) => code[t]),
        });
    } catch (error) {
      this.#cut(from);
      throw error;
    }
  }
}

async function encodeTokens(
  { sae, statistics }: LoadedSae,
  x: Float32Array,
  ids: Int32Array,
  from: number,
  to: number,
): Promise<SaeToken[]> {
  const d = sae.config.dIn;
  const { tokens, squaredError } = await sae.encode(x, to - from);
  return tokens.map((row, t) => {
    let squares = 0;
    let variance = 0;
    for (let i = 0; i < d; i++) {
      const value = x[t * d + i];
      squares += value * value;
      variance += (value - statistics.mean[i]) ** 2;
    }
    const position = from + t;
    const outside =
      position < sae.config.firstPosition ||
      sae.config.excludedIds.has(ids[position]) ||
      Math.sqrt(squares) > massiveFactor * statistics.medianNorm;
    return { row, fvu: squaredError[t] / variance, outside };
  });
}
