import { pageTokens } from "../../../kernels/layout.ts";
import type { ModelConfig } from "../models/config.ts";
import type { KvCache } from "../models/kv-cache.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** Keys and values of up to {@link pageTokens} tokens that follow each other. */
interface Page {
  at: number;
  tokens: number;
}

const pageBytes = (layers: number, width: number) => 4 * layers * 2 * pageTokens * width;

/** Bytes that continuations of a prompt can take in all. @param longest tokens of each */
export function bytesToCome(
  { layers, kvHeads, headDim }: ModelConfig,
  prompt: number,
  continuations: number,
  longest: number,
): number {
  const pages = Math.ceil(prompt / pageTokens) + continuations * Math.ceil(longest / pageTokens);
  return pages * pageBytes(layers, kvHeads * headDim);
}

/**
 * Keys and values of continuations of one prompt, in pages of some tokens: those of the prompt belong to all of them, and each
 * has its own behind. A key's place in its text is its place among its pages.
 */
export class Pages {
  readonly #memory: KernelMemory;
  readonly #bytes: number;
  readonly #prompt: Page[] = [];
  readonly #own: Page[][];

  /**
   * @param cache the prompt's keys and values, which are copied
   * @throws KernelsUnavailable where memory does not suffice; what was taken is given back
   */
  constructor(memory: KernelMemory, cache: KvCache, layers: number, continuations: number) {
    this.#memory = memory;
    this.#bytes = pageBytes(layers, cache.width);
    this.#own = Array.from({ length: continuations }, () => []);
    try {
      this.#copy(cache, layers);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  #copy(cache: KvCache, layers: number): void {
    const layerFloats = 2 * pageTokens * cache.width;
    for (let from = 0; from < cache.length; from += pageTokens) {
      const tokens = Math.min(pageTokens, cache.length - from);
      const page = this.#open();
      page.tokens = tokens;
      this.#prompt.push(page);
      const floats = this.#memory.floats(page.at, layers * layerFloats);
      const [start, end] = [from * cache.width, (from + tokens) * cache.width];
      for (let layer = 0; layer < layers; layer++) {
        floats.set(cache.keys(layer).subarray(start, end), layer * layerFloats);
        floats.set(cache.values(layer).subarray(start, end), layer * layerFloats + layerFloats / 2);
      }
    }
  }

  /**
   * Makes room for one more token of a continuation.
   * @returns its pages, the new token's last
   * @throws KernelsUnavailable where memory does not suffice
   */
  next(continuation: number): Page[] {
    const own = this.#own[continuation];
    if (own.length === 0 || own[own.length - 1].tokens === pageTokens) own.push(this.#open());
    own[own.length - 1].tokens++;
    return [...this.#prompt, ...own];
  }

  /** Gives all pages back. */
  free(): void {
    for (const { at } of [...this.#prompt, ...this.#own.flat()]) this.#memory.free(at, this.#bytes);
    this.#prompt.length = 0;
    for (const own of this.#own) own.length = 0;
  }

  #open(): Page {
    return { at: this.#memory.allocate(this.#bytes), tokens: 0 };
  }
}
