/** Bytes of a page of WebAssembly memory, and how many it can have: 4 GiB. */
const pageBytes = 2 ** 16;
export const mostPages = 2 ** 16;

/** Buffers begin at multiples of this, a cache line. */
const aligned = 64;

/**
 * The memory that kernels and host share. Buffers are given out once and taken back by their size: it never shrinks, so what
 * is freed serves the next of that size.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  #end = 0;
  readonly #free = new Map<number, number[]>();

  /** @throws RangeError where the address space is not to be had */
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
  }

  /** Everything below is the kernels' own. */
  reserve(bytes: number): void {
    this.#end = roundUp(bytes);
  }

  /** @returns the address of a buffer whose content is left from earlier use; @throws RangeError where 4 GiB are not enough */
  allocate(bytes: number): number {
    const size = roundUp(bytes);
    const freed = this.#free.get(size)?.pop();
    if (freed !== undefined) return freed;
    const at = this.#end;
    const missing = at + size - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / pageBytes));
    this.#end = at + size;
    return at;
  }

  free(at: number, bytes: number): void {
    const size = roundUp(bytes);
    const list = this.#free.get(size);
    if (list) list.push(at);
    else this.#free.set(size, [at]);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }
}

const roundUp = (bytes: number) => Math.ceil(bytes / aligned) * aligned;
