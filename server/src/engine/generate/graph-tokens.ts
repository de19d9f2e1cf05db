import { topCount } from "../models/forward.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { ForwardResult, Model } from "../models/model.ts";
import type { SteeringPlan } from "../steering/plan.ts";
import type { LastTokens, NextRows, NextTokens } from "./next-tokens.ts";
import { KeyOwners } from "./side-by-side.ts";

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

/** What a pass of the graph says of the rows whose logits were asked for, by their numbers in the pass. */
export function rowsOf(out: ForwardResult, rows: number[], vocabulary: number): NextRows {
  // Log-probability and logit of one token say what the normaliser of all is.
  const normalisers = rows.map((row, i) => {
    const best = row * topCount;
    return out.logits[i * vocabulary + out.topIds[best]] - out.topLogprobs[best];
  });
  return { logits: out.logits, normalisers, outputs: out.blocks };
}
