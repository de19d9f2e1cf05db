import * as at from "../../../kernels/layout.ts";
import type { ModelConfig } from "../models/config.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** What a pass over some rows writes into; larger ones take the place of smaller ones. */
export class Workspace {
  readonly #memory: KernelMemory;
  readonly #config: ModelConfig;
  readonly #threads: number;
  #rows = 0;
  #listWords = 0;
  #held: [address: number, bytes: number][] = [];
  #list: [address: number, bytes: number] | null = null;
  x = 0;
  logits = 0;
  sums = 0;
  angles = 0;
  texts = 0;

  constructor(memory: KernelMemory, config: ModelConfig, threads: number) {
    this.#memory = memory;
    this.#config = config;
    this.#threads = threads;
  }

  /** Blocks that the normaliser of a row's logits is made of. */
  get sumBlocks(): number {
    return Math.ceil(this.#config.vocabulary / at.sumBlock);
  }

  /** Makes it large enough, and tells the kernels where it is. */
  holdRows(rows: number): void {
    if (rows <= this.#rows) return;
    for (const [address, bytes] of this.#held) this.#memory.free(address, bytes);
    this.#held = [];
    this.#rows = rows;
    const { dModel, dMlp, heads, kvHeads, headDim, vocabulary, contextLength } = this.#config;
    const place = (word: number, floats: number) => {
      const address = this.#take(4 * floats);
      this.#memory.words(word, 1)[0] = address;
      return address;
    };
    this.x = place(at.x, rows * dModel);
    place(at.qkv, rows * (heads + 2 * kvHeads) * headDim);
    place(at.z, rows * heads * headDim);
    place(at.hidden, rows * dMlp);
    this.logits = place(at.logits, rows * vocabulary);
    this.sums = place(at.sums, rows * this.sumBlocks * 2);
    this.angles = place(at.angles, rows * headDim);
    this.texts = place(at.texts, rows * 2);
    const scratch = place(at.scratch, this.#threads);
    // Normalised rows, a rotated query and a score a token.
    const own = 4 * (rows * dModel + headDim + contextLength);
    for (let thread = 0; thread < this.#threads; thread++)
      this.#memory.words(scratch + 4 * thread, 1)[0] = this.#take(own);
  }

  /** @returns the address of `words` words for lists of pages */
  listOf(words: number): number {
    if (this.#list && words <= this.#listWords) return this.#list[0];
    if (this.#list) this.#memory.free(...this.#list);
    this.#listWords = 2 * words;
    this.#list = [this.#memory.allocate(4 * this.#listWords), 4 * this.#listWords];
    return this.#list[0];
  }

  #take(bytes: number): number {
    const address = this.#memory.allocate(bytes);
    this.#held.push([address, bytes]);
    return address;
  }
}
