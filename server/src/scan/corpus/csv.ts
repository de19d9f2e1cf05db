import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { badRecord, textIn } from "./problems.ts";
import type { CorpusReader, CorpusRecord, RecordReader } from "./types.ts";

/** Comma- or tab-separated records under a line of names. */
export const csvRecords: RecordReader = async function* (file, onBytes) {
  const stream = createReadStream(file.path, { highWaterMark: 2 ** 18 });
  const delimiter = file.name.toLowerCase().endsWith(".tsv") ? "\t" : ",";
  const parser = stream.pipe(parse({ columns: true, bom: true, delimiter, info: true }));
  stream.once("error", (error) => parser.destroy(error));
  let number = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: object;
      info: { lines: number; bytes: number };
    }>) {
      number++;
      onBytes(info.bytes);
      yield { number, where: `line ${info.lines}`, record } satisfies CorpusRecord;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = (error as CsvError & { lines?: number }).lines;
    const what = error.message.replace(/\.$/, "").replace(/ (on|at) line \d+/, "");
    throw badRecord(file, line ? `line ${line}` : "a line", what, "Mend or remove the line.");
  } finally {
    stream.destroy();
  }
};

/** Texts in one of the fields of {@link csvRecords}. */
export const readCsv: CorpusReader = async function* (file, field, onBytes) {
  for await (const { number, where, record } of csvRecords(file, onBytes))
    yield { source: `${file.name}:${number}`, text: textIn(file, where, record, field), offset: 0 };
};
