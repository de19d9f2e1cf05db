import type { FileCursor } from "./file-cursor.ts";
import { badVectors } from "./problems.ts";

/** Bytes of a value by its number in GGUF: u8, i8, u16, i16, u32, i32, f32, bool; 8 is a text and 9 a list; u64, i64, f64. */
const widths: (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
const [u32, text, list] = [4, 8, 9];
const mostEntries = 4096;
const longestText = 1_000_000;

/**
 * The texts among a GGUF file's metadata, and `general.alignment` in digits; all else is passed over.
 * @throws ProblemError `vector-file-invalid`, and as soon as it says that the file is something else than a control vector
 */
export function readTexts(cursor: FileCursor, count: number): Map<string, string> {
  const { path } = cursor;
  if (count > mostEntries) throw badVectors(path, `claims ${count} entries of metadata`);
  const texts = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const key = cursor.text(longestText);
    const type = cursor.u32();
    if (type === text) texts.set(key, cursor.text(longestText));
    else if (key === "general.alignment" && type === u32) texts.set(key, String(cursor.u32()));
    else skipValue(cursor, type, key);
    const architecture = texts.get("general.architecture") ?? "controlvector";
    if (architecture !== "controlvector")
      throw badVectors(path, `is a GGUF file of the architecture “${architecture}”, not a control vector`);
  }
  return texts;
}

function skipValue(cursor: FileCursor, type: number, key: string): void {
  if (type !== list) {
    cursor.skip(widthOf(cursor, type, key));
    return;
  }
  const of = cursor.u32();
  const count = cursor.u64();
  if (of !== text) {
    cursor.skip(count * widthOf(cursor, of, key));
    return;
  }
  // Each takes 8 bytes at least, so that the file's end ends it.
  for (let i = 0; i < count; i++) cursor.text(longestText);
}

function widthOf(cursor: FileCursor, type: number, key: string): number {
  const width = widths[type];
  if (width === undefined) throw badVectors(cursor.path, `has metadata ${key} of the unknown type ${type}`);
  return width;
}
