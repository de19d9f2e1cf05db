import { firstLine } from "../errors.ts";
import { kernelThreads } from "../runtime/threads.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import { Decoder } from "./decoder.ts";
import { whyNotDecoded } from "./serves.ts";
import { weightBytes } from "./weights.ts";

/** Milliseconds after its last use for which a decoder stays: it holds the weights once more. */
const kept = 60_000;

/**
 * The decoder of the model that wrote last. One that is still used when another takes its place goes with its last user, so a
 * text that is being written keeps its keys and values.
 */
export class Decoders {
  readonly #threads: number;
  readonly #budget: number;
  readonly #log: (line: string) => void;
  #open: { key: string; decoder: Decoder } | null = null;
  readonly #users = new Map<Decoder, number>();
  /** Models that have none, and that was said. */
  readonly #without = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param threads as in the engine's options @param budget bytes that models may take */
  constructor(threads: number, budget: number, log: (line: string) => void) {
    this.#threads = kernelThreads(threads);
    this.#budget = budget;
    this.#log = log;
  }

  /** The decoder of a set-up's model, to be given back; null where onnxruntime is to go on. */
  async take({ loaded, model, description }: LoadedSetup): Promise<Decoder | null> {
    const key = loaded.identity;
    // An accelerator that was taken is faster.
    if (description.model.device !== "cpu" || this.#without.has(key)) return null;
    if (this.#open?.key !== key || this.#open.decoder.isBroken) {
      this.release();
      try {
        const why = whyNotDecoded(model.config) ?? this.#tooLarge(model);
        if (why !== null) throw new Error(why);
        this.#open = { key, decoder: await Decoder.open(model, this.#threads) };
      } catch (error) {
        this.#without.add(key);
        this.#log(`${model.folder} is written on with onnxruntime: ${firstLine(error)}`);
        return null;
      }
    }
    const { decoder } = this.#open;
    clearTimeout(this.#timer);
    this.#users.set(decoder, (this.#users.get(decoder) ?? 0) + 1);
    return decoder;
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
    this.#timer = setTimeout(() => this.release(), kept);
    this.#timer.unref();
  }

  /** Gives up the one that is open; what is being written with it goes on. */
  release(): void {
    clearTimeout(this.#timer);
    const open = this.#open;
    this.#open = null;
    if (open && !this.#users.has(open.decoder)) open.decoder.close();
  }

  #tooLarge(model: LoadedSetup["model"]): string | null {
    const bytes = weightBytes(model.config, Checkpoint.open(model.folder));
    if (model.bytes + bytes <= this.#budget) return null;
    return `its weights once more (${Math.ceil(bytes / 2 ** 20)} MB) would exceed the memory budget`;
  }
}
