import * as at from "../../../kernels/layout.ts";
import type { ModelConfig } from "../models/config.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** What a pass over some rows writes into; larger ones take the place of smaller ones. */
export class Workspace {
  readonly #memory: KernelMemory;
  readonly #config: ModelConfig;
  readonly #threads: number;
  #rows = 0;
  readonly #views = new Map<number, Float32Array>();
  #held: [address: number, bytes: number][] = [];
  #list: [address: number, bytes: number] | null = null;

  constructor(memory: KernelMemory, config: ModelConfig, threads: number) {
    this.#memory = memory;
    this.#config = config;
    this.#threads = threads;
  }

  /** Blocks that the normaliser of a row's logits is made of. */
  get sumBlocks(): number {
    return Math.ceil(this.#config.vocabulary / at.sumBlock);
  }

  /**
   * Makes it large enough, and tells the kernels where it is.
   * @throws KernelsUnavailable where memory does not suffice; it is then as it was
   */
  holdRows(rows: number): void {
    if (rows <= this.#rows) return;
    const { dModel, dMlp, heads, kvHeads, headDim, vocabulary, contextLength } = this.#config;
    const taken: [address: number, bytes: number][] = [];
    const take = (floats: number) => {
      const address = this.#memory.allocate(4 * floats);
      taken.push([address, 4 * floats]);
      return address;
    };
    try {
      const places: [word: number, address: number][] = [
        [at.x, take(rows * dModel)],
        [at.qkv, take(rows * (heads + 2 * kvHeads) * headDim)],
        [at.z, take(rows * heads * headDim)],
        [at.hidden, take(rows * dMlp)],
        [at.logits, take(rows * vocabulary)],
        [at.sums, take(rows * this.sumBlocks * 2)],
        [at.angles, take(rows * headDim)],
        [at.texts, take(rows * 2)],
        [at.scratch, take(this.#threads)],
      ];
      // Of each thread: normalised rows, a rotated query and a score a token.
      const own = Array.from({ length: this.#threads }, () => take(rows * dModel + headDim + contextLength));
      for (const [word, address] of places) this.#memory.set(word, address);
      this.#memory.words(this.address(at.scratch), this.#threads).set(own);
    } catch (error) {
      this.#giveBack(taken);
      throw error;
    }
    this.#giveBack(this.#held);
    this.#views.clear();
    this.#held = taken;
    this.#rows = rows;
  }

  /** Where a buffer lies. @param word the one of the layout that says so */
  address(word: number): number {
    return this.#memory.get(word);
  }

  /** The first numbers of a buffer. @param word the one of the layout that says where it lies */
  floats(word: number, length: number): Float32Array {
    const known = this.#views.get(word);
    if (known?.length === length) return known;
    const view = this.#memory.floats(this.address(word), length);
    this.#views.set(word, view);
    return view;
  }

  /**
   * @returns the address of `words` words for lists of pages
   * @throws KernelsUnavailable
   */
  listOf(words: number): number {
    if (this.#list && 4 * words <= this.#list[1]) return this.#list[0];
    const bytes = 8 * words;
    const list: [number, number] = [this.#memory.allocate(bytes), bytes];
    if (this.#list) this.#memory.free(...this.#list);
    this.#list = list;
    return list[0];
  }

  #giveBack(buffers: [address: number, bytes: number][]): void {
    for (const [address, bytes] of buffers) this.#memory.free(address, bytes);
  }
}
