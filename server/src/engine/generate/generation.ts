import type { GeneratedSample, GenerateEnd, GenerateParams } from "../../protocol/steering.ts";
import type { Decoder } from "../decode/decoder.ts";
import { bytesToCome, type Pages } from "../decode/pages.ts";
import { KernelsUnavailable } from "../decode/unavailable.ts";
import { mix } from "../mix.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { Model } from "../models/model.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { SteeredToken } from "../steering/places.ts";
import { type Held, heldRow, type SteeringPlan } from "../steering/plan.ts";
import { GraphTokens, rowsOf } from "./graph-tokens.ts";
import { KernelTokens } from "./kernel-tokens.ts";
import type { NextRows, NextTokens } from "./next-tokens.ts";
import { type PromptTokens, promptTokens } from "./prompt-tokens.ts";
import { Sampler } from "./sampler.ts";
import { stopTokens } from "./stop-tokens.ts";
import { WrittenText } from "./written-text.ts";

/** Tokens of a prompt read in one pass: each one reads all weights, and cancellation waits for it. */
const chunk = 128;

/** A sample while it grows. */
interface Sample {
  index: number;
  ids: number[];
  logprobs: number[];
  written: WrittenText;
  end: GenerateEnd | null;
}

/**
 * Writes continuations of one prompt, a token of every running sample in each pass; the prompt is read once. Sample n draws by
 * hashes of seed, n and step, so neither the others nor their end play a part.
 */
export class Generation {
  readonly promptIds: Int32Array;
  readonly samples: Sample[];
  promptMs = 0;
  decodeMs = 0;
  readonly #setup: LoadedSetup;
  readonly #plan: SteeringPlan;
  readonly #params: GenerateParams;
  readonly #sampler: Sampler;
  readonly #stop: Set<number>;
  readonly #prompt: PromptTokens;
  readonly #cache: KvCache;
  /** What reads on behind the prompt. */
  #next: NextTokens | null = null;
  #read = 0;
  #step = 0;
  /** What held on the last token of each sample. */
  #held = new Map<number, Held>();

  /** @throws EngineError `prompt-empty`, `prompt-too-long` */
  constructor(setup: LoadedSetup, plan: SteeringPlan, params: GenerateParams) {
    this.#setup = setup;
    const { model } = setup;
    this.#plan = plan;
    this.#params = params;
    this.#prompt = promptTokens(setup, params.messages);
    this.promptIds = this.#prompt.ids;
    this.#sampler = new Sampler(params.sampling, model.config.vocabulary);
    this.#stop = stopTokens(model.folder);
    this.#cache = model.newCache();
    this.samples = Array.from({ length: params.samples }, (_, index) => ({
      index,
      ids: [],
      logprobs: [],
      written: new WrittenText(params.stop),
      end: params.maxTokens > 0 ? null : "length",
    }));
  }

  /** Whether a part of the prompt is still to be read. */
  get isReading(): boolean {
    return this.#read < this.promptIds.length;
  }

  /** Whether what reads on behind the prompt was begun. */
  get isWriting(): boolean {
    return this.#next !== null;
  }

  /** Bytes that keys and values of all samples can take. */
  get bytesToCome(): number {
    const { config } = this.#setup.model;
    const { length } = this.promptIds;
    const longest = Math.min(this.#params.maxTokens, config.contextLength - length);
    return bytesToCome(config, length, this.samples.length, longest);
  }

  /**
   * Begins to read on behind the prompt.
   * @param decoder kernels for this model, null where there are none
   * @returns whether they are used: where memory does not suffice they are not
   */
  begin(decoder: Decoder | null): boolean {
    const { length } = this.samples;
    const pages = decoder && pagesOf(decoder, this.#cache, length);
    this.#next = pages
      ? new KernelTokens(this.#plan, decoder, pages)
      : new GraphTokens(this.#plan, this.#cache, length);
    return pages !== null;
  }

  /**
   * One pass: a chunk of the prompt, or the next token of every running sample.
   * @param model the set-up's own, or the one with the plan's blocks
   * @returns whether there is more to do
   */
  async step(model: () => Promise<Model>): Promise<boolean> {
    const start = performance.now();
    if (this.isReading) {
      await this.#readPrompt(await model());
      this.promptMs += performance.now() - start;
    } else {
      await this.#writeOn(model);
      this.decodeMs += performance.now() - start;
    }
    return this.#running.length > 0;
  }

  /** Gives back what it holds of others. */
  free(): void {
    this.#next?.free();
  }

  /** The samples as they are. */
  get result(): GeneratedSample[] {
    return this.samples.map(({ ids, logprobs, written, end }) => ({
      ids: Int32Array.from(ids),
      text: written.text,
      logprobs: Float32Array.from(logprobs),
      end: end ?? "length",
    }));
  }

  get #running(): Sample[] {
    return this.samples.filter(({ end }) => end === null);
  }

  async #readPrompt(model: Model): Promise<void> {
    const { ids, roles } = this.#prompt;
    const to = Math.min(this.#read + chunk, ids.length);
    const tokens = Array.from({ length: to - this.#read }, (_, i): SteeredToken => {
      const position = this.#read + i;
      const step = position === ids.length - 1 ? 0 : null;
      return { position, role: roles[position], step, promptLength: ids.length };
    });
    const isLast = to === ids.length;
    const out = await model.forward(ids.slice(this.#read, to), {
      cache: this.#cache,
      nextId: to < ids.length ? ids[to] : undefined,
      logitRows: Int32Array.from(isLast ? [tokens.length - 1] : []),
      ...this.#plan.pass(tokens, null),
    });
    const held = this.#plan.after(tokens, out.blocks);
    this.#read = to;
    if (!isLast) return;
    const next = rowsOf(out, [tokens.length - 1], this.#setup.model.config.vocabulary);
    for (const sample of this.#running) {
      this.#held.set(sample.index, heldRow(held, tokens.length - 1, tokens.length));
      this.#take(sample, next, 0);
    }
    this.#step = 1;
  }

  async #writeOn(model: () => Promise<Model>): Promise<void> {
    const running = this.#running;
    const position = this.promptIds.length + this.#step - 1;
    const token = { position, role: null, step: this.#step, promptLength: this.promptIds.length };
    const tokens = running.map((): SteeredToken => token);
    const next = await (this.#next as NextTokens).next(
      {
        samples: running.map(({ index }) => index),
        ids: Int32Array.from(running, ({ ids }) => ids[ids.length - 1]),
        position,
        tokens,
        before: this.#joined(running),
      },
      model,
    );
    const held = this.#plan.after(tokens, next.outputs);
    running.forEach((sample, row) => {
      this.#held.set(sample.index, heldRow(held, row, running.length));
      this.#take(sample, next, row);
    });
    this.#step++;
  }

  /** What held on the last token of each running sample, one row each. */
  #joined(running: Sample[]): Held {
    const rows = running.map(({ index }) => this.#held.get(index) ?? []);
    return rows[0].map((_, block) => {
      const width = rows[0][block].length;
      const joined = new Float32Array(rows.length * width);
      rows.forEach((row, i) => {
        joined.set(row[block], i * width);
      });
      return joined;
    });
  }

  /** Chooses a sample's next token from a row of logits. */
  #take(sample: Sample, next: NextRows, row: number): void {
    const { vocabulary, contextLength } = this.#setup.model.config;
    const logits = next.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    const draw = mix(this.#params.sampling.seed, sample.index, this.#step, 0) / 2 ** 53;
    // Only the penalty asks for it: a list as long as the text, each token.
    const isPenalised = this.#params.sampling.repetitionPenalty !== 1;
    const seen = isPenalised ? [...this.promptIds, ...sample.ids] : [];
    const id = this.#sampler.choose(logits, seen, draw);
    if (this.#stop.has(id)) {
      this.#finish(sample, "stop-token");
      return;
    }
    sample.ids.push(id);
    sample.logprobs.push(logits[id] - next.normalisers[row]);
    sample.written.add(this.#setup.text.bytes(id));
    if (sample.written.stopped) this.#finish(sample, "stop-text");
    else if (sample.ids.length >= this.#params.maxTokens) this.#finish(sample, "length");
    else if (this.promptIds.length + sample.ids.length >= contextLength) this.#finish(sample, "context");
  }

  #finish(sample: Sample, end: GenerateEnd): void {
    sample.end = end;
    sample.written.end();
  }
}

function pagesOf(decoder: Decoder, cache: KvCache, samples: number): Pages | null {
  try {
    return decoder.begin(cache, samples);
  } catch (error) {
    if (error instanceof KernelsUnavailable) return null;
    throw error;
  }
}
