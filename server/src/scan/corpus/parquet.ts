import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  asyncBufferFromFile,
  type Compressors,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { badRecord, textIn } from "./problems.ts";
import type { CorpusReader } from "./types.ts";

/** Rows read at once. */
const step = 1024;

/** What the reader does not decompress itself, Node does. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/** Parquet: one column of texts, row group by row group. */
export const readParquet: CorpusReader = async function* (file, field, onBytes) {
  const fail = (error: unknown) =>
    badRecord(
      file,
      "as Parquet",
      error instanceof Error ? error.message.replace(/\.$/, "") : String(error),
      "Check that the file is whole.",
    );
  const buffer = await asyncBufferFromFile(file.path);
  const metadata = await parquetMetadataAsync(buffer).catch((error) => {
    throw fail(error);
  });
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (!columns.includes(field)) {
    const none = Object.fromEntries(columns.map((name) => [name, null]));
    delete none[field];
    textIn(file, "columns", none, field);
  }
  let row = 0;
  const rows = Number(metadata.num_rows);
  for (const group of metadata.row_groups) {
    const end = row + Number(group.num_rows);
    while (row < end) {
      const to = Math.min(end, row + step);
      const records = await parquetReadObjects({
        file: buffer,
        metadata,
        columns: [field],
        rowStart: row,
        rowEnd: to,
        compressors,
      }).catch((error) => {
        throw fail(error);
      });
      for (const record of records) {
        row++;
        onBytes(Math.round((file.bytes * row) / rows));
        yield { source: `${file.name}:${row}`, text: textIn(file, `row ${row}`, record, field), offset: 0 };
      }
    }
  }
};
