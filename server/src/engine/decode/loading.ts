import * as at from "../../../kernels/layout.ts";
import type { Model } from "../models/model.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import { Decoder } from "./decoder.ts";
import { startHelpers } from "./helpers.ts";
import { KernelMemory } from "./kernel-memory.ts";
import { compileKernels, type Kernels, startKernels } from "./kernels.ts";
import { type PlacedWeights, placeWeights } from "./weights.ts";

/** Milliseconds after which a step ends: what waits has its turn. */
const stepMs = 100;

/** A decoder while it is opened, in steps: weights may take as long as a disk takes to read them. */
export class DecoderLoading {
  readonly #model: Model;
  readonly #threads: number;
  readonly #memory = new KernelMemory();
  readonly #module = compileKernels();
  readonly #kernels: Kernels;
  readonly #placing: Generator<void, PlacedWeights>;

  /**
   * @param threads how many threads share a pass, the caller's among them
   * @param patience tenths of a second that they wait for each other
   * @throws KernelsUnavailable
   */
  constructor(model: Model, checkpoint: Checkpoint, threads: number, patience: number) {
    this.#model = model;
    this.#threads = threads;
    this.#kernels = startKernels(this.#module, this.#memory.memory);
    this.#memory.reserve(this.#kernels.heapBase());
    this.#memory.set(at.patience, patience);
    this.#placing = placeWeights(this.#memory, model.config, checkpoint);
  }

  /** @returns null while there is more to do; @throws KernelsUnavailable, and EngineError where weights cannot be read */
  async step(): Promise<Decoder | null> {
    const end = performance.now() + stepMs;
    do {
      const { done, value } = this.#placing.next();
      if (done) return this.#opened(value);
    } while (performance.now() < end);
    return null;
  }

  async #opened(weights: PlacedWeights): Promise<Decoder> {
    let decoder: Decoder | null = null;
    const lost = () => decoder?.fail();
    const helpers = await startHelpers(this.#module, this.#memory.memory, this.#threads - 1, lost);
    decoder = new Decoder(this.#model, this.#memory, this.#kernels, helpers, weights);
    return decoder;
  }
}

/** Opens a decoder in one go; see {@link DecoderLoading}. */
export async function openDecoder(model: Model, threads: number, patience = 50): Promise<Decoder> {
  const loading = new DecoderLoading(model, Checkpoint.open(model.folder), threads, patience);
  for (;;) {
    const decoder = await loading.step();
    if (decoder) return decoder;
  }
}
