import { mostThreads } from "../../../kernels/layout.ts";
import type { Model } from "../models/model.ts";
import type { Matrix } from "../products.ts";
import { kernelThreads } from "../runtime/threads.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import type { Decoder } from "./decoder.ts";
import { mostBytes } from "./kernel-memory.ts";
import { DecoderLoading } from "./loading.ts";
import { whyNotDecoded } from "./serves.ts";
import { sideBytes } from "./side-products.ts";
import { KernelsUnavailable } from "./unavailable.ts";
import { weightBytes } from "./weights.ts";

/** Milliseconds after its last use for which a decoder stays: it holds the weights once more. */
const kept = 60_000;

/** Tenths of a second that threads wait for each other: less than the host waits for an engine that was to be cancelled. */
const patience = 50;

/** Bytes of weights for which a thread more is worth waiting for it: below, a token is done before all have met. */
const threadBytes = 16 * 2 ** 20;

export interface DecodersOptions {
  /** As in the engine's options. */
  threads: number;
  /** Bytes that models may take, and how many others take now. */
  budget: number;
  held(): number;
  log(line: string): void;
}

/**
 * The decoder of the model that wrote last. One that is still used when another takes its place goes with its last user, so a
 * text that is being written keeps its keys and values.
 */
export class Decoders {
  readonly #options: DecodersOptions;
  #open: { key: string; decoder: Decoder } | null = null;
  #loading: { key: string; loading: DecoderLoading } | null = null;
  readonly #users = new Map<Decoder, number>();
  /** Models that never have one. */
  readonly #without = new Set<string>();
  /** What was said already. */
  readonly #said = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DecodersOptions) {
    this.#options = options;
  }

  /**
   * The decoder of a set-up's model, to be given back.
   * @param bytes that the text to be written can take
   * @param matrices that are to be multiplied beside the model's
   * @returns `opening` where it is to be asked for again, null where onnxruntime is to go on
   * @throws EngineError where weights cannot be read
   */
  async take(
    { loaded, model }: LoadedSetup,
    bytes: number,
    matrices: Matrix[],
  ): Promise<Decoder | "opening" | null> {
    const key = loaded.identity;
    if (!loaded.tokensOnCpu || this.#without.has(key)) return null;
    try {
      const decoder = await this.#get(key, model, bytes, matrices);
      if (decoder === "opening") return decoder;
      clearTimeout(this.#timer);
      this.#users.set(decoder, (this.#users.get(decoder) ?? 0) + 1);
      return decoder;
    } catch (error) {
      if (!(error instanceof KernelsUnavailable)) throw error;
      this.#loading = null;
      if (error.isLasting) this.#without.add(key);
      this.#say(`${model.folder} is written on with onnxruntime: ${error.message}.`);
      return null;
    }
  }

  give(decoder: Decoder): void {
    const users = (this.#users.get(decoder) ?? 1) - 1;
    this.#users.set(decoder, users);
    if (users > 0) return;
    this.#users.delete(decoder);
    if (decoder !== this.#open?.decoder) {
      decoder.close();
      return;
    }
    this.#rest();
  }

  /** Gives up the one that is open, unless it is used: memory is wanted for something else. */
  releaseIdle(): void {
    this.#loading = null;
    if (this.#open && !this.#users.has(this.#open.decoder)) this.#release();
  }

  async #get(key: string, model: Model, bytes: number, matrices: Matrix[]): Promise<Decoder | "opening"> {
    if (this.#open?.decoder.isBroken || this.#open?.key !== key) this.#release();
    if (this.#open) {
      const { decoder } = this.#open;
      this.#assertRoom(decoder.bytes, bytes + decoder.bytesFor(matrices));
      return decoder.hold(matrices, !this.#users.has(decoder)) ? decoder : "opening";
    }
    if (this.#loading?.key !== key) {
      const why = whyNotDecoded(model.config);
      if (why !== null) throw new KernelsUnavailable(why, true);
      const checkpoint = Checkpoint.open(model.folder);
      const weights = weightBytes(model.config, checkpoint);
      this.#assertRoom(weights, bytes + sideBytes(matrices));
      const worthwhile = Math.ceil(weights / threadBytes);
      const threads = Math.min(kernelThreads(this.#options.threads), worthwhile, mostThreads);
      this.#loading = { key, loading: new DecoderLoading(model, checkpoint, threads, patience) };
    }
    const decoder = await this.#loading.loading.step();
    if (!decoder) return "opening";
    this.#loading = null;
    this.#open = { key, decoder };
    // Who asked for it may be gone before its matrices are ready.
    this.#rest();
    return decoder.hold(matrices, true) ? decoder : "opening";
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.releaseIdle(), kept);
    this.#timer.unref();
  }

  /** Gives up the one that is open; what is being written with it goes on. */
  #release(): void {
    clearTimeout(this.#timer);
    const open = this.#open;
    this.#open = null;
    if (open && !this.#users.has(open.decoder)) open.decoder.close();
  }

  #assertRoom(own: number, toCome: number): void {
    const { budget, held } = this.#options;
    const inWords = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;
    if (own + toCome > mostBytes)
      throw new KernelsUnavailable(`${inWords(own + toCome)} are more than its kernels can address`, false);
    if (held() + own + toCome > budget)
      throw new KernelsUnavailable(`${inWords(own + toCome)} more would exceed the memory budget`, false);
  }

  #say(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#options.log(line);
  }
}
