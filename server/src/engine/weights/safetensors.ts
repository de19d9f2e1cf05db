import { closeSync, existsSync, fstatSync, openSync, realpathSync, statSync } from "node:fs";
import { EngineError } from "../errors.ts";
import { fingerprintOf } from "../files/fingerprint.ts";
import { isObject, type JsonObject, parseJsonObject } from "../files/json.ts";
import { readExactly } from "../files/read-exactly.ts";
import { replaced } from "./replaced.ts";
import { elementBytes, type TensorRef, toF32 } from "./tensor.ts";

const dtypes = new Map<unknown, TensorRef["dtype"]>([
  ["F32", "f32"],
  ["F16", "f16"],
  ["BF16", "bf16"],
]);
const maxHeaderBytes = 100_000_000;
const again = "Fetch the file again, or point to a complete copy.";

type Subject = TensorRef["subject"];

/** What a file holds: tensors that can be weights, and the types of those that cannot (integers, f64, f8). */
export interface SafetensorsHeader {
  tensors: Map<string, TensorRef>;
  unusable: Map<string, string>;
}

/**
 * Reads and checks the header of a safetensors file (I7: sizes and offsets are checked before a byte is mapped).
 * @throws EngineError `weights-missing`, `weights-pickle`, `weights-invalid`, `weights-truncated`
 */
export function readHeader(path: string, subject: Subject): SafetensorsHeader {
  const fail = failure(path, subject);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw fail("weights-missing", `${path} ${existsSync(path) ? "is no file" : "does not exist"}.`);
  const file = realpathSync(path);
  const fd = openSync(file, "r");
  try {
    // Of the open file, not of its name: offsets and fingerprint are then the same file's, whoever replaces it meanwhile.
    const stats = fstatSync(fd);
    const { json, base } = headerJson(fd, stats.size, path, subject);
    const origin = { file, fingerprint: fingerprintOf(stats), subject };
    const header: SafetensorsHeader = { tensors: new Map(), unusable: new Map() };
    for (const [name, entry] of Object.entries(json)) {
      if (name === "__metadata__") continue;
      const { dtype, shape, from, to } = checkEntry(`${path}: the header entry of ${name}`, entry, fail);
      if (base + to > stats.size)
        throw fail(
          "weights-truncated",
          `${path}: ${name} should end at byte ${base + to}, but the file has ${stats.size}.`,
        );
      const usable = dtypes.get(dtype);
      if (usable) {
        const elements = shape.reduce((a, b) => a * b, 1);
        if (elements * elementBytes[usable] !== to - from)
          throw fail(
            "weights-invalid",
            `${path}: ${name} of shape [${shape}] does not fit its ${to - from} bytes.`,
          );
        const place = { offset: base + from, length: to - from };
        header.tensors.set(name, { name, dtype: usable, shape, ...origin, ...place });
      } else if (/^(F64|F8|I|U|BOOL)/.test(dtype)) header.unusable.set(name, dtype);
      else throw fail("weights-invalid", `${path}: ${name} has the unknown type ${dtype}.`);
    }
    return header;
  } finally {
    closeSync(fd);
  }
}

type Fail = (code: string, message: string, remedy?: string) => EngineError;

const failure =
  (path: string, subject: Subject): Fail =>
  (code, message, remedy = again) =>
    new EngineError({ code, message, remedy, subject, path });

/** The header's JSON, and the byte at which the tensors' data begins. */
function headerJson(
  fd: number,
  size: number,
  path: string,
  subject: Subject,
): { json: JsonObject; base: number } {
  const fail = failure(path, subject);
  const truncated = () => fail("weights-truncated", `${path} ends inside its header.`);
  const start = readExactly(fd, 0, Math.min(8, size));
  if (!start) throw truncated();
  const pickled = looksPickled(start);
  if (size < 8 && !pickled)
    throw fail("weights-truncated", `${path} has ${size} bytes, too few for a header.`);
  const length =
    size < 8 ? Number.POSITIVE_INFINITY : Number(new DataView(start.buffer).getBigUint64(0, true));
  // Read as a header length, the first bytes of a pickle or a zip are far beyond any file's size.
  if (length > size && pickled)
    throw fail(
      "weights-pickle",
      `${path} is a pickle, not safetensors; it could run code, so it is not read.`,
      "Convert it to safetensors with the program that made it.",
    );
  if (length > maxHeaderBytes)
    throw fail("weights-invalid", `${path} is not safetensors (its header claims ${length} bytes).`);
  const bytes = 8 + length > size ? null : readExactly(fd, 8, length);
  if (!bytes) throw truncated();
  const blame = { code: "weights-invalid", subject, remedy: again };
  return { json: parseJsonObject(new TextDecoder().decode(bytes), path, blame), base: 8 + length };
}

/** A header entry in which all that is counted is whole and not negative. */
function checkEntry(place: string, entry: unknown, fail: Fail) {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : ({} as JsonObject);
  if (
    typeof dtype !== "string" ||
    !Array.isArray(shape) ||
    !shape.every(isCount) ||
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every(isCount) ||
    offsets[1] < offsets[0]
  )
    throw fail("weights-invalid", `${place} is malformed.`);
  return { dtype, shape: shape as number[], from: offsets[0], to: offsets[1] };
}

/** The first bytes of a pickle (its protocol's mark) or of the zip that newer ones are packed into. */
function looksPickled([first, second]: Uint8Array): boolean {
  return (first === 0x80 && second <= 5) || (first === 0x50 && second === 0x4b);
}

/**
 * Reads a whole tensor as f32, row-major.
 * @throws EngineError as {@link readBytes} does
 */
export function readF32(ref: TensorRef): Float32Array {
  return toF32(readBytes(ref), ref.dtype);
}

/**
 * Reads a whole tensor as it is in its file.
 * @throws EngineError `weights-replaced` where the file is no longer the one whose header was read, `weights-truncated`
 */
export function readBytes(ref: TensorRef): Uint8Array {
  const fail = failure(ref.file, ref.subject);
  if (!existsSync(ref.file)) throw replaced([ref.file], ref.subject);
  const fd = openSync(ref.file, "r");
  try {
    if (fingerprintOf(fstatSync(fd)) !== ref.fingerprint) throw replaced([ref.file], ref.subject);
    const bytes = readExactly(fd, ref.offset, ref.length);
    if (!bytes) throw fail("weights-truncated", `${ref.file} ends inside ${ref.name}.`);
    return bytes;
  } finally {
    closeSync(fd);
  }
}
