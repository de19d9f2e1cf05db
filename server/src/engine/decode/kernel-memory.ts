import { firstLine } from "../errors.ts";
import { KernelsUnavailable } from "./unavailable.ts";

/** Bytes of a page of WebAssembly memory, and how many it can have. */
const pageBytes = 2 ** 16;
const mostPages = 2 ** 16;

/** Bytes that kernels can address. */
export const mostBytes = pageBytes * mostPages;

/** Buffers begin at multiples of this, a cache line. */
const aligned = 64;

/**
 * The memory that kernels and host share. Buffers are given out once and taken back by their size: it never shrinks, so what
 * is freed serves the next of that size.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  #end = 0;
  /** All of it; a token asks some dozens of times. */
  #words: Uint32Array;
  readonly #free = new Map<number, number[]>();

  /** @throws KernelsUnavailable where the address space is not to be had */
  constructor() {
    this.memory = given(() => new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true }));
    this.#words = new Uint32Array(this.memory.buffer);
  }

  /** Everything below is the kernels' own. */
  reserve(bytes: number): void {
    this.#end = roundUp(bytes);
  }

  /**
   * @returns the address of a buffer whose content is left from earlier use
   * @throws KernelsUnavailable where 4 GiB or the machine's memory are not enough; nothing has changed then
   */
  allocate(bytes: number): number {
    const size = roundUp(bytes);
    const freed = this.#free.get(size)?.pop();
    if (freed !== undefined) return freed;
    const at = this.#end;
    const missing = at + size - this.size;
    if (missing > 0) {
      given(() => this.memory.grow(Math.ceil(missing / pageBytes)));
      this.#words = new Uint32Array(this.memory.buffer);
    }
    this.#end = at + size;
    return at;
  }

  free(at: number, bytes: number): void {
    const size = roundUp(bytes);
    const list = this.#free.get(size);
    if (list) list.push(at);
    else this.#free.set(size, [at]);
  }

  /** Bytes that were asked of the machine so far. */
  get size(): number {
    return this.#words.byteLength;
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#words.buffer, at, length);
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.#words.buffer, at, length);
  }

  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#words.buffer, at, length);
  }

  /** The word at an address. */
  get(at: number): number {
    return this.#words[at >>> 2];
  }

  set(at: number, value: number): void {
    this.#words[at >>> 2] = value;
  }
}

function given<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RangeError) throw new KernelsUnavailable(firstLine(error), false);
    throw error;
  }
}

const roundUp = (bytes: number) => Math.ceil(bytes / aligned) * aligned;
