import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";

interface Tensor {
  dtype: string;
  shape: number[];
  offset: number;
}

/** Bytes of an element and how it is read, of the types that caches are written in. */
const types: Record<string, { bytes: number; read: (view: DataView, at: number) => number }> = {
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  U64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  F16: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => wide(view.getUint16(at, true)) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
};

const littleEndian = endianness() === "LE";
const longestHeader = 10_000_000;

/** What is thrown of a file that cannot be read: its path, and what is the matter with it. */
type Blame = (path: string, what: string) => Error;

interface Header {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** The tensors of a safetensors file, read in parts: all sizes are checked before anything of them is. */
export class TensorFile {
  readonly path: string;
  /** Texts of the file's `__metadata__`. */
  readonly metadata: Record<string, string>;
  readonly #fd: number;
  readonly #tensors: Map<string, Tensor>;
  readonly #bad: Blame;

  private constructor(path: string, fd: number, { tensors, metadata }: Header, bad: Blame) {
    this.path = path;
    this.metadata = metadata;
    this.#fd = fd;
    this.#tensors = tensors;
    this.#bad = bad;
  }

  /** @throws what `bad` makes of a file that cannot be read */
  static open(path: string, bad: Blame): TensorFile {
    const fd = openSync(path, "r");
    try {
      return new TensorFile(path, fd, header(path, fd, bad), bad);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  names(): string[] {
    return [...this.#tensors.keys()];
  }

  /** Type of a tensor as the file names it; null where the file has none of the name. */
  dtype(name: string): string | null {
    return this.#tensors.get(name)?.dtype ?? null;
  }

  /** Shape of a tensor; null where the file has none of the name. */
  shape(name: string): number[] | null {
    return this.#tensors.get(name)?.shape ?? null;
  }

  /** Elements `from` to `to` of a tensor of the type F32, row-major. */
  f32(name: string, from: number, to: number): Float32Array {
    const { dtype, offset } = this.#tensors.get(name)!;
    if (dtype !== "F32") throw this.#bad(this.path, `holds ${name} as ${dtype}, not as F32`);
    const buffer = this.#bytes(offset + from * 4, (to - from) * 4);
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    if (littleEndian) return new Float32Array(buffer.buffer, buffer.byteOffset, to - from);
    return Float32Array.from({ length: to - from }, (_, i) => view.getFloat32(i * 4, true));
  }

  /** Elements `from` to `to` of a tensor, row-major. */
  read(name: string, from: number, to: number): Float64Array {
    const { dtype, offset } = this.#tensors.get(name)!;
    const { bytes, read } = types[dtype];
    const buffer = this.#bytes(offset + from * bytes, (to - from) * bytes);
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    return Float64Array.from({ length: to - from }, (_, i) => read(view, i * bytes));
  }

  #bytes(at: number, length: number): Buffer {
    // Memory of its own, so that views of any element size are aligned.
    const buffer = Buffer.from(new ArrayBuffer(length));
    if (readSync(this.#fd, buffer, 0, length, at) < length) throw this.#bad(this.path, "ends too early");
    return buffer;
  }
}

function header(path: string, fd: number, bad: Blame): Header {
  const { size } = fstatSync(fd);
  const start = Buffer.alloc(8);
  readSync(fd, start, 0, 8, 0);
  const length = Number(start.readBigUInt64LE());
  if (size < 8 || length > longestHeader || 8 + length > size)
    throw bad(path, "is no safetensors file, or ends too early");
  const json = Buffer.alloc(length);
  readSync(fd, json, 0, length, 8);
  let entries: [string, unknown][];
  try {
    entries = Object.entries(JSON.parse(json.toString("utf8")));
  } catch {
    throw bad(path, "is no safetensors file");
  }
  const tensors = new Map<string, Tensor>();
  const metadata: Record<string, string> = {};
  for (const [name, entry] of entries) {
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(entry ?? {}))
        if (typeof text === "string") metadata[key] = text;
      continue;
    }
    const { dtype, shape, data_offsets: at } = (entry ?? {}) as Record<string, unknown>;
    const isCount = (it: unknown) => Number.isSafeInteger(it) && (it as number) >= 0;
    const fits = Array.isArray(shape) && shape.every(isCount) && Array.isArray(at) && at.every(isCount);
    const type = types[String(dtype)];
    if (!fits || !type)
      throw bad(path, `has a tensor ${name} that cannot be read${fits ? ` (of the type ${dtype})` : ""}`);
    const elements = shape.reduce((a: number, b: number) => a * b, 1);
    if (at[1] - at[0] !== elements * type.bytes || 8 + length + at[1] > size)
      throw bad(path, `ends inside ${name}, or its shape does not fit`);
    tensors.set(name, { dtype: String(dtype), shape, offset: 8 + length + at[0] });
  }
  return { tensors, metadata };
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);
function wide(bits: number): number {
  words[0] = bits << 16;
  return floats[0];
}
