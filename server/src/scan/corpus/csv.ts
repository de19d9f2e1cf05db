import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { badRecord, textIn } from "./problems.ts";
import type { CorpusReader } from "./types.ts";

/** Comma- or tab-separated records under a line of names. */
export const readCsv: CorpusReader = async function* (file, field, onBytes) {
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
      const text = textIn(file, `line ${info.lines}`, record, field);
      yield { source: `${file.name}:${number}`, text, offset: 0 };
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
