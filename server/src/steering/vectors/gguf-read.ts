import { FileCursor } from "./file-cursor.ts";
import { readTexts } from "./gguf-texts.ts";
import { hookOf } from "./names.ts";
import { badVectors } from "./problems.ts";
import type { VectorFile } from "./types.ts";
import { assertPlausible, ownKey, vectorFile } from "./vector-file.ts";

/** More than any model has layers. */
const mostTensors = 4096;
const longestName = 1024;
/** ggml's number of the type f32. */
const f32 = 0;

interface TensorInfo {
  name: string;
  length: number;
  offset: number;
}

/**
 * Reads a control vector in GGUF format (versions 2 and 3, little-endian) as repeng and llama.cpp write them:
 * `general.architecture` is `controlvector`, `direction.l` are f32 tensors `[d]`. {@link hookOf} says which hook point each is.
 * Of any other GGUF file only the beginning is read.
 * @throws ProblemError `vector-file-invalid`
 */
export function readGguf(path: string, fd: number, size: number): VectorFile {
  const cursor = new FileCursor(path, fd, size);
  cursor.skip(4);
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw badVectors(path, `has the GGUF version ${version}, and only 2 and 3 (little-endian) can be read`);
  const count = cursor.u64();
  const texts = readTexts(cursor, cursor.u64());
  if (texts.get("general.architecture") !== "controlvector")
    throw badVectors(path, "does not say what it is (general.architecture), so it is no control vector");
  if (count > mostTensors) throw badVectors(path, `claims ${count} tensors, too many for a control vector`);
  const tensors = Array.from({ length: count }, () => readInfo(cursor)).filter((it) => it !== null);
  assertPlausible(path, tensors);
  const alignment = Number(texts.get("general.alignment") ?? 32);
  if (!(alignment >= 1)) throw badVectors(path, `has the alignment ${alignment}`);
  const base = Math.ceil(cursor.position / alignment) * alignment;
  const own = [...texts].filter(([key]) => key.startsWith("steerscope."));
  return vectorFile(path, "gguf", {
    metadata: Object.fromEntries(own.map(([key, text]) => [key.slice("steerscope.".length), text])),
    model: texts.get(ownKey("model")) ?? (texts.get("controlvector.model_hint") || null),
    tensors: tensors.map(({ name, length, offset }) => ({
      name,
      hook: hookOf(name),
      vector: floats(cursor.bytesAt(base + offset, 4 * length)),
    })),
  });
}

/** What a tensor is and where it lies; null for what is no direction. */
function readInfo(cursor: FileCursor): TensorInfo | null {
  const { path } = cursor;
  const name = cursor.text(longestName);
  const dimensions = cursor.u32();
  if (dimensions > 4) throw badVectors(path, `claims ${dimensions} dimensions of ${name}`);
  const shape = Array.from({ length: dimensions }, () => cursor.u64());
  const type = cursor.u32();
  const offset = cursor.u64();
  if (!/^direction\.\d+$/.test(name)) return null;
  if (type !== f32)
    throw badVectors(path, `holds ${name} in ggml's type ${type}; control vectors are f32 (0)`);
  if (shape.length !== 1) throw badVectors(path, `holds ${name} of shape [${shape}], which is no vector`);
  return { name, length: shape[0], offset };
}

function floats(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
