import { topCount } from "../models/forward.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { Model } from "../models/model.ts";
import { isOutside } from "../saes/outside.ts";
import type { Sae } from "../saes/sae.ts";
import type { SaeStatistics } from "../saes/statistics.ts";
import { KeptRows } from "./kept-rows.ts";
import type { SaeToken } from "./rows.ts";

export interface LoadedSae {
  sae: Sae;
  statistics: SaeStatistics;
}

/**
 * Chunks aim at a time, so that cancellation is felt, but never below a size: each one reads all weights once, which on
 * SmolLM2 costs as much as some twenty tokens.
 */
const chunkMs = 250;
const firstChunk = 128;
const smallestChunk = 64;
const largestChunk = 256;

/** One token as far as it is analysed. */
interface Token {
  /** log p of the token after this one. */
  nextLogprob: number;
  topIds: Int32Array;
  topLogprobs: Float32Array;
  saes: SaeToken[];
}

/** What a probe said of a stretch that ends at the token `last`. */
export interface KnownStretch {
  last: number;
  scores: Float32Array;
  abstains: boolean;
}

/** What a probe said before. */
export interface KnownScores {
  /** `[scored · outputs or more]` of the leading tokens, `scored` of them. */
  tokens: Float32Array;
  scored: number;
  stretches: Map<string, KnownStretch>;
}

/**
 * The running computation of one text under one set-up: ids seen, their keys and values, and what was found.
 * Newer text reuses the longest common prefix of ids.
 */
export class Context {
  readonly #model: Model;
  readonly #saes: LoadedSae[];
  readonly #isSpecial: (id: number) => boolean;
  readonly #rows: ReadonlyMap<string, KeptRows>;
  readonly #probes = new Map<string, KnownScores>();
  readonly #cache: KvCache;
  #ids = new Int32Array(0);
  readonly tokens: Token[] = [];
  #chunk = firstChunk;

  /** @param hooks where probes read: what stands there is kept of every token */
  constructor(
    model: Model,
    saes: LoadedSae[],
    isSpecial: (id: number) => boolean,
    hooks: readonly string[] = [],
  ) {
    this.#model = model;
    this.#saes = saes;
    this.#isSpecial = isSpecial;
    this.#rows = new Map(hooks.map((hook) => [hook, new KeptRows()]));
    this.#cache = model.newCache();
  }

  /** Bytes of the cache and of what was found. */
  get bytes(): number {
    let numbers = 0;
    for (const token of this.tokens)
      for (const { row } of token.saes) numbers += 2 * row.indices.length + 2 * topCount;
    for (const { values } of this.#rows.values()) numbers += values.length;
    return this.#cache.bytes + 4 * numbers;
  }

  /**
   * Brings the context to `ids`, in chunks; whole chunks that are done when it is cancelled or fails stay and are reused.
   * @returns how many leading tokens were reused
   */
  async advance(ids: Int32Array, step: (done: number) => Promise<void>): Promise<number> {
    const common = this.common(ids);
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

  /** How many leading tokens of `ids` it has behind it. */
  common(ids: Int32Array): number {
    let common = 0;
    while (common < ids.length && common < this.#ids.length && ids[common] === this.#ids[common]) common++;
    return common;
  }

  /**
   * Activations `[(to − from) · width]` at hook points on the tokens `from` to `to` of `ids`, over the keys and values of those
   * before, which it must have behind it; nothing of it changes.
   */
  capture(ids: Int32Array, from: number, to: number, hooks: string[]): Promise<Map<string, Float32Array>> {
    return this.#model.capture(ids.slice(from, to), this.#cache.prefix(from), hooks);
  }

  /** Whether it keeps what stands at all of these hook points. */
  reads(hooks: readonly string[]): boolean {
    return hooks.every((hook) => this.#rows.has(hook));
  }

  /** What stands at a hook point that it keeps, a row a token. */
  rowsAt(hook: string): Pick<KeptRows, "values" | "width"> {
    return this.#rows.get(hook) as KeptRows;
  }

  /** What a probe said before of tokens that are still the same; a probe adds to it. @param key names probe and files */
  probeScores(key: string): KnownScores {
    const known = this.#probes.get(key) ?? {
      tokens: new Float32Array(0),
      scored: 0,
      stretches: new Map(),
    };
    this.#probes.set(key, known);
    return known;
  }

  #cut(length: number): void {
    this.#cache.truncate(length);
    this.tokens.length = Math.min(this.tokens.length, length);
    for (const known of this.#probes.values()) {
      known.scored = Math.min(known.scored, length);
      for (const [key, { last }] of known.stretches) if (last >= length) known.stretches.delete(key);
    }
  }

  async #run(ids: Int32Array, from: number, to: number): Promise<void> {
    const hooks = [...new Set([...this.#saes.map(({ sae }) => sae.hook), ...this.#rows.keys()])];
    const out = await this.#model.forward(ids.slice(from, to), {
      capture: hooks,
      cache: this.#cache,
      nextId: to < ids.length ? ids[to] : undefined,
    });
    const codes = await Promise.all(
      this.#saes.map((loaded) =>
        this.#encode(loaded, out.captures.get(loaded.sae.hook) as Float32Array, ids, from, to),
      ),
    );
    for (let t = 0; t < to - from; t++)
      this.tokens.push({
        nextLogprob: out.logprobs[t],
        topIds: out.topIds.slice(t * topCount, (t + 1) * topCount),
        topLogprobs: out.topLogprobs.slice(t * topCount, (t + 1) * topCount),
        saes: codes.map((code) => code[t]),
      });
    for (const [hook, rows] of this.#rows)
      rows.append(from, out.captures.get(hook) as Float32Array, to - from, ids.length);
  }

  /** What one SAE says of the tokens `from` to `to`, whose residuals are `x` `[to − from, d]`. */
  async #encode(
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
      const id = ids[from + t];
      const place = { position: from + t, id, special: this.#isSpecial(id), norm: Math.sqrt(squares) };
      const outside = isOutside(sae.config, place, statistics.medianNorm);
      return { row, fvu: squaredError[t] / variance, outside };
    });
  }
}
