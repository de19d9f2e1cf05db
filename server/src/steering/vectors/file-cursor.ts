import { readSync } from "node:fs";
import { badVectors } from "./problems.ts";

const window = 65_536;

/** Reads an open file from front to back; every length is checked against the file's before it is read. */
export class FileCursor {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #at = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where `#bytes` begins in the file. */
  #from = 0;

  constructor(path: string, fd: number, size: number) {
    this.path = path;
    this.#fd = fd;
    this.size = size;
  }

  get position(): number {
    return this.#at;
  }

  u32(): number {
    return this.#take(4).readUInt32LE();
  }

  /** A 64-bit count, which no file has more of than 2⁵³. */
  u64(): number {
    const value = this.#take(8).readBigUInt64LE();
    if (value > Number.MAX_SAFE_INTEGER) throw badVectors(this.path, `holds the count ${value}`);
    return Number(value);
  }

  /** Text behind its length in bytes. */
  text(longest: number): string {
    const length = this.u64();
    if (length > longest) throw badVectors(this.path, `holds a name or text of ${length} bytes`);
    return this.#take(length).toString("utf8");
  }

  skip(length: number): void {
    this.#assertThere(length);
    this.#at += length;
  }

  /** `length` bytes from byte `from`, wherever reading has come to. */
  bytesAt(from: number, length: number): Buffer {
    if (from + length > this.size)
      throw badVectors(this.path, `should have ${from + length} bytes, but has ${this.size}`);
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.#fd, bytes, done, length - done, from + done);
      if (read === 0) throw badVectors(this.path, "became shorter while it was read");
      done += read;
    }
    return bytes;
  }

  #take(length: number): Buffer {
    this.#assertThere(length);
    const end = this.#from + this.#bytes.length;
    if (this.#at < this.#from || this.#at + length > end) {
      this.#from = this.#at;
      this.#bytes = this.bytesAt(this.#at, Math.min(Math.max(length, window), this.size - this.#at));
    }
    const start = this.#at - this.#from;
    this.#at += length;
    return this.#bytes.subarray(start, start + length);
  }

  #assertThere(length: number): void {
    if (this.#at + length > this.size) throw badVectors(this.path, "ends inside its header");
  }
}
