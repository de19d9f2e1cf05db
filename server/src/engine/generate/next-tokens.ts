import type { Decoder } from "../decode/decoder.ts";
import type { Pages } from "../decode/pages.ts";
import { topCount } from "../models/forward.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { ForwardResult, Model } from "../models/model.ts";
import type { SteeredToken } from "../steering/places.ts";
import type { Held, SteeringPlan } from "../steering/plan.ts";
import { KeyOwners } from "./side-by-side.ts";

/** The last token of some samples, all at one place of their texts. */
export interface LastTokens {
  /** Which samples, and their tokens, one row each. */
  samples: number[];
  ids: Int32Array;
  position: number;
  tokens: SteeredToken[];
  /** What held on the tokens before, one row each. */
  before: Held;
}

/** What comes after some tokens, one row each. */
export interface NextRows {
  /** `[rows, vocabulary]` */
  logits: Float32Array;
  /** `[rows]` what makes log-probabilities of logits. */
  normalisers: ArrayLike<number>;
  /** What the plan's blocks found, by name. */
  outputs: Map<string, Float32Array>;
}

/** Reads the last token of each sample; keeps their keys and values. */
export interface NextTokens {
  /** @param model the one with the plan's blocks, where it is needed */
  next(last: LastTokens, model: () => Promise<Model>): Promise<NextRows>;
  free(): void;
}

/** By the model's graph, the samples' keys side by side in one cache. */
export class GraphTokens implements NextTokens {
  readonly #plan: SteeringPlan;
  readonly #cache: KvCache;
  /** Null for one sample alone, which sees everything. */
  readonly #owners: KeyOwners | null;

  /** @param cache keys and values of the prompt */
  constructor(plan: SteeringPlan, cache: KvCache, samples: number) {
    this.#plan = plan;
    this.#cache = cache;
    this.#owners = samples === 1 ? null : new KeyOwners(cache.length);
  }

  async next({ samples, ids, position, tokens, before }: LastTokens, model: () => Promise<Model>) {
    const graph = await model();
    const out = await graph.forward(ids, {
      cache: this.#cache,
      logitRows: Int32Array.from(samples.keys()),
      sideBySide: this.#owners?.next(samples, position),
      ...this.#plan.pass(tokens, before),
    });
    return rowsOf(out, [...samples.keys()], graph.config.vocabulary);
  }

  free(): void {}
}

/** By our own kernels. */
export class KernelTokens implements NextTokens {
  readonly #plan: SteeringPlan;
  readonly #decoder: Decoder;
  readonly #pages: Pages;

  constructor(plan: SteeringPlan, cache: KvCache, samples: number, decoder: Decoder) {
    this.#plan = plan;
    this.#decoder = decoder;
    this.#pages = decoder.begin(cache, samples);
  }

  async next({ samples, ids, position, tokens, before }: LastTokens): Promise<NextRows> {
    const edits = this.#plan.direct(tokens, before);
    const rows = await this.#decoder.next(this.#pages, { ids, continuations: samples, position }, edits);
    return { ...rows, outputs: edits.outputs };
  }

  free(): void {
    this.#pages.free();
  }
}

/** What a pass of the graph says of the rows whose logits were asked for, by their numbers in the pass. */
export function rowsOf(out: ForwardResult, rows: number[], vocabulary: number): NextRows {
  // Log-probability and logit of one token say what the normaliser of all is.
  const normalisers = rows.map((row, i) => {
    const best = row * topCount;
    return out.logits[i * vocabulary + out.topIds[best]] - out.topLogprobs[best];
  });
  return { logits: out.logits, normalisers, outputs: out.blocks };
}
