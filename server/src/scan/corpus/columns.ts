import { csvRecords } from "./csv.ts";
import { jsonlRecords } from "./jsonl.ts";
import { parquetColumns } from "./parquet.ts";
import type { CorpusFile } from "./types.ts";

/** Records of a JSONL file that are looked into: not each of them needs to have every field. */
const MOST_RECORDS = 20;

/** The names of a file's columns or fields, as far as its first records tell; none of a text. @throws ProblemError `corpus-record-invalid` */
export async function columnsOf(file: CorpusFile): Promise<string[]> {
  if (file.kind === "parquet") return parquetColumns(file);
  const read = { jsonl: jsonlRecords, csv: csvRecords, text: null, prompt: null }[file.kind];
  const names = new Set<string>();
  let left = MOST_RECORDS;
  if (read)
    for await (const { record } of read(file, () => {})) {
      for (const name of Object.keys(record)) names.add(name);
      if (--left === 0) break;
    }
  return [...names];
}
