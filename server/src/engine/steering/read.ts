import type { PooledLatents, ReadAnswer, ReadParams, ReadResult, ReadText } from "../../protocol/steering.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { Model } from "../models/model.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { divergence, logProbabilities } from "./distributions.ts";
import type { SteeredToken } from "./places.ts";
import { type Held, heldRow, SteeringPlan } from "./plan.ts";
import { Pool } from "./pool-latents.ts";
import { steeringProblem } from "./problems.ts";
import type { SteeredModel } from "./steered-model.ts";

/** Tokens of one pass: logits of whole vocabularies are held of that many. */
const chunk = 48;

/** One model's running computation of a text. */
interface Side {
  plan: SteeringPlan | null;
  cache: KvCache;
  held: Held | null;
  logprobs: number[];
  pools: Pool[];
}

/** What one pass says. */
interface Chunk {
  /** `[rows · vocabulary]` log-probabilities of the tokens after each of the last rows. */
  logprobs: Float32Array;
  captures: Map<string, Float32Array>;
}

/**
 * Reads texts under the model as it is and under the steered one, the two in step: log-probabilities, the divergence of what they
 * expect, and pooled activations. A token that the SAE was not made for under the base model counts under neither.
 */
export class ReadRun {
  readonly #params: ReadParams;
  readonly #models: SteeredModel;
  #results: ReadResult[] = [];
  /** The set-up that the results so far are of. */
  #setup: LoadedSetup | null = null;
  #plan: SteeringPlan | null = null;
  #work: AsyncGenerator<void, ReadResult, Model | null> | null = null;

  constructor(params: ReadParams, models: SteeredModel) {
    this.#params = params;
    this.#models = models;
  }

  /** One pass over part of a text; begins anew where the set-up's files changed meanwhile. @returns null while there is more to do */
  async step(setup: LoadedSetup): Promise<ReadAnswer | null> {
    const { texts, steering } = this.#params;
    if (this.#setup !== setup) {
      this.#setup = setup;
      this.#results = [];
      this.#work = null;
      this.#plan = steering.length > 0 ? await SteeringPlan.make(setup, steering) : null;
    }
    // Anew each time: between two passes another plan may have taken its place.
    const steered = this.#plan && (await this.#models.get(setup, this.#plan));
    const text = texts[this.#results.length];
    if (text) {
      this.#work ??= this.#read(setup, text, this.#plan);
      const { done, value } = await this.#work.next(steered);
      if (!done) return null;
      this.#results.push(value);
      this.#work = null;
    }
    if (this.#results.length < texts.length) return null;
    return { setupId: setup.description.setupId, texts: this.#results };
  }

  /** Reads one text; given the steered model before each pass. */
  async *#read(
    setup: LoadedSetup,
    text: ReadText,
    plan: SteeringPlan | null,
  ): AsyncGenerator<void, ReadResult, Model | null> {
    const { ids } = text;
    const { contextLength, vocabulary } = setup.model.config;
    const from = Math.max(1, text.from);
    if (ids.length < from || ids.length > contextLength) throw unreadable(ids.length);
    const base = this.#side(setup, null);
    const steered = plan && this.#side(setup, plan);
    const kl: number[] = [];
    // What was sent with the first call is lost: it only starts the work.
    let model = yield;
    for (let at = 0; at < ids.length; ) {
      const to = Math.min(ids.length, endOf(at, from, plan?.isSequential ?? false));
      const clean = await this.#pass(setup, setup.model, base, text, from, at, to);
      const skip = base.pools.map((pool, s) => pool.outside(rowsOf(clean, setup, s), ids, at));
      await pool(base, clean, setup, skip, at, to, from);
      if (steered && model) {
        const changed = await this.#pass(setup, model, steered, text, from, at, to);
        await pool(steered, changed, setup, skip, at, to, from);
        for (let row = 0; row < clean.logprobs.length; row += vocabulary) {
          const of = ({ logprobs }: Chunk) => logprobs.subarray(row, row + vocabulary);
          kl.push(divergence(of(changed), of(clean)));
        }
      }
      at = to;
      if (at < ids.length) model = yield;
    }
    return {
      base: sideOf(base),
      steered: steered && sideOf(steered),
      kl: steered && Float32Array.from(kl),
    };
  }

  #side(setup: LoadedSetup, plan: SteeringPlan | null): Side {
    const pools = this.#params.activations
      ? setup.saes.map((loaded) => new Pool(loaded, (id) => setup.text.isSpecial(id)))
      : [];
    return { plan, cache: setup.model.newCache(), held: null, logprobs: [], pools };
  }

  async #pass(
    setup: LoadedSetup,
    model: Model,
    side: Side,
    text: ReadText,
    from: number,
    at: number,
    to: number,
  ): Promise<Chunk> {
    const { ids, roles } = text;
    const tokens = Array.from({ length: to - at }, (_, i): SteeredToken => {
      const position = at + i;
      const step = position >= from - 1 ? position - from + 1 : null;
      return { position, role: roles?.[position] ?? null, step, promptLength: from };
    });
    // What row t says is of token t + 1, and the last one says nothing that can be compared.
    const rows: number[] = [];
    for (let t = Math.max(at, from - 1); t < Math.min(to, ids.length - 1); t++) rows.push(t - at);
    const hooks = this.#params.activations ? setup.saes.map(({ sae }) => sae.hook) : [];
    const out = await model.forward(ids.slice(at, to), {
      cache: side.cache,
      capture: [...new Set(hooks)],
      nextId: to < ids.length ? ids[to] : undefined,
      logitRows: Int32Array.from(rows),
      ...side.plan?.pass(tokens, side.held),
    });
    if (side.plan) {
      const held = side.plan.after(tokens, out.blocks);
      side.held = to >= from ? heldRow(held, tokens.length - 1, tokens.length) : null;
    }
    for (const row of rows) side.logprobs.push(out.logprobs[row]);
    return { logprobs: logProbabilities(out.logits, setup.model.config.vocabulary), captures: out.captures };
  }
}

/** Where a pass that begins at `at` ends; sequential steering reads what was generated token by token. */
function endOf(at: number, from: number, isSequential: boolean): number {
  if (!isSequential) return at + chunk;
  return at < from ? Math.min(at + chunk, from) : at + 1;
}

function rowsOf({ captures }: Chunk, setup: LoadedSetup, index: number): Float32Array {
  return captures.get(setup.saes[index].sae.hook) as Float32Array;
}

/** Adds the tokens of a pass from `from` on to what is pooled. */
async function pool(
  { pools }: Side,
  out: Chunk,
  setup: LoadedSetup,
  skip: boolean[][],
  at: number,
  to: number,
  from: number,
): Promise<void> {
  const first = Math.max(0, from - at);
  if (first >= to - at) return;
  for (const [s, it] of pools.entries()) await it.add(rowsOf(out, setup, s), skip[s], first, to - at);
}

function sideOf({ logprobs, pools }: Side): { logprobs: Float32Array; latents: PooledLatents[] } {
  return { logprobs: Float32Array.from(logprobs), latents: pools.map((pool) => pool.result) };
}

function unreadable(length: number) {
  return steeringProblem(
    "text-unreadable",
    `A text of ${length} tokens cannot be read: it is empty behind its prompt, or longer than the model's context.`,
    "Give texts that the model's context holds, with something behind the prompt.",
  );
}
