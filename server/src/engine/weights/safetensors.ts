import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { EngineError } from "../errors.ts";
import { elementBytes, type TensorRef, toF32 } from "./tensor.ts";

const dtypes: Record<string, TensorRef["dtype"]> = { F32: "f32", F16: "f16", BF16: "bf16" };
const maxHeaderBytes = 100_000_000;

type Subject = "model" | "sae";

/** What a file holds: tensors that can be weights, and the types of those that cannot (integers, f64, f8). */
export interface SafetensorsHeader {
  tensors: Map<string, TensorRef>;
  unusable: Map<string, string>;
}

/** The tensors of {@link readHeader} that can be weights. */
export function readSafetensors(path: string, subject: Subject): Map<string, TensorRef> {
  return readHeader(path, subject).tensors;
}

/**
 * Reads and checks the header of a safetensors file (I7: sizes and offsets are checked before a byte is mapped).
 * @throws EngineError `weights-missing`, `weights-pickle`, `weights-invalid`, `weights-truncated`
 */
export function readHeader(path: string, subject: Subject): SafetensorsHeader {
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject, path });
  const again = "Fetch the file again, or point to a complete copy.";
  if (!existsSync(path)) throw fail("weights-missing", `${path} does not exist.`, again);
  const file = realpathSync(path);
  const fd = openSync(file, "r");
  try {
    const size = fstatSync(fd).size;
    const start = readBytes(fd, 0, Math.min(8, size));
    const pickled = looksPickled(start);
    if (size < 8 && !pickled)
      throw fail("weights-truncated", `${path} has ${size} bytes, too few for a header.`, again);
    const headerLength =
      size < 8 ? Number.POSITIVE_INFINITY : Number(new DataView(start.buffer).getBigUint64(0, true));
    // Read as a header length, the first bytes of a pickle or a zip are far beyond any file's size.
    if (headerLength > size && pickled)
      throw fail(
        "weights-pickle",
        `${path} is a pickle, not safetensors; it could run code, so it is not read.`,
        "Convert it to safetensors with the program that made it.",
      );
    if (headerLength > maxHeaderBytes)
      throw fail(
        "weights-invalid",
        `${path} is not safetensors (its header claims ${headerLength} bytes).`,
        again,
      );
    if (8 + headerLength > size) throw fail("weights-truncated", `${path} ends inside its header.`, again);
    let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
    try {
      header = JSON.parse(new TextDecoder().decode(readBytes(fd, 8, headerLength)));
    } catch {
      throw fail("weights-invalid", `${path} has a header that is not JSON.`, again);
    }
    const tensors = new Map<string, TensorRef>();
    const unusable = new Map<string, string>();
    const base = 8 + headerLength;
    for (const [name, entry] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const [from, to] = entry.data_offsets ?? [];
      if (
        !Array.isArray(entry.shape) ||
        !Number.isSafeInteger(from) ||
        !Number.isSafeInteger(to) ||
        from < 0 ||
        to < from
      )
        throw fail("weights-invalid", `${path}: the header entry of ${name} is malformed.`, again);
      if (base + to > size)
        throw fail(
          "weights-truncated",
          `${path}: ${name} should end at byte ${base + to}, but the file has ${size}.`,
          again,
        );
      const dtype = dtypes[entry.dtype];
      if (!dtype) {
        if (/^(F64|F8|I|U|BOOL)/.test(entry.dtype)) {
          unusable.set(name, entry.dtype);
          continue;
        }
        throw fail("weights-invalid", `${path}: ${name} has the unknown type ${entry.dtype}.`, again);
      }
      const elements = entry.shape.reduce((a, b) => a * b, 1);
      if (elements * elementBytes[dtype] !== to - from)
        throw fail(
          "weights-invalid",
          `${path}: ${name} of shape [${entry.shape}] does not fit its ${to - from} bytes.`,
          again,
        );
      tensors.set(name, { name, file, dtype, shape: entry.shape, offset: base + from, length: to - from });
    }
    return { tensors, unusable };
  } finally {
    closeSync(fd);
  }
}

/** The first bytes of a pickle (its protocol's mark) or of the zip that newer ones are packed into. */
function looksPickled([first, second]: Uint8Array): boolean {
  return (first === 0x80 && second <= 5) || (first === 0x50 && second === 0x4b);
}

/** Reads a whole tensor as f32, row-major. */
export function readF32(ref: TensorRef): Float32Array {
  const fd = openSync(ref.file, "r");
  try {
    return toF32(readBytes(fd, ref.offset, ref.length), ref.dtype);
  } finally {
    closeSync(fd);
  }
}

function readBytes(fd: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const n = readSync(fd, bytes, done, length - done, position + done);
    if (n === 0) break;
    done += n;
  }
  return bytes;
}
