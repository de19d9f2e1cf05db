import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { badRecord, textIn } from "./problems.ts";
import type { CorpusReader, CorpusRecord, RecordReader } from "./types.ts";

/** A JSON object a line. */
export const jsonlRecords: RecordReader = async function* (file, onBytes) {
  const stream = createReadStream(file.path, { highWaterMark: 2 ** 18 });
  // Only line feeds end a record: others may stand inside a JSON text.
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  let bytes = 0;
  try {
    for await (const line of lines) {
      number++;
      // What was read from the disk is far ahead.
      bytes += Buffer.byteLength(line) + 1;
      onBytes(bytes);
      const json = number === 1 ? line.replace(/^\uFEFF/, "") : line;
      if (json.trim() === "") continue;
      let record: unknown;
      try {
        record = JSON.parse(json);
      } catch {
        throw badRecord(file, `line ${number}`, "it is not JSON", "Mend or remove the line.");
      }
      if (typeof record !== "object" || record === null || Array.isArray(record))
        throw badRecord(file, `line ${number}`, "it is no JSON object", "Mend or remove the line.");
      yield { number, where: `line ${number}`, record } satisfies CorpusRecord;
    }
  } finally {
    stream.destroy();
  }
};

/** Texts in one of the fields of {@link jsonlRecords}. */
export const readJsonl: CorpusReader = async function* (file, field, onBytes) {
  for await (const { number, where, record } of jsonlRecords(file, onBytes))
    yield { source: `${file.name}:${number}`, text: textIn(file, where, record, field), offset: 0 };
};
