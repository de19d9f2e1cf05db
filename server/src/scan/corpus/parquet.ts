import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { badRecord, textIn } from "./problems.ts";
import type { CorpusFile, CorpusReader, CorpusRecord } from "./types.ts";

/** Rows read at once. */
const step = 1024;

/** What the reader does not decompress itself, Node does. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/** The names of a Parquet file's columns. @throws ProblemError `corpus-record-invalid` */
export async function parquetColumns(file: CorpusFile): Promise<string[]> {
  const { metadata } = await opened(file);
  return columnsIn(metadata);
}

/**
 * The records of a Parquet file, row group by row group.
 * @param wanted the columns that are read; those that the file has not are left out; null: all
 */
export async function* parquetRecords(
  file: CorpusFile,
  wanted: readonly string[] | null,
  onBytes: (bytes: number) => void,
): AsyncGenerator<CorpusRecord> {
  const { buffer, metadata } = await opened(file);
  const columns = columnsIn(metadata).filter((name) => wanted?.includes(name) ?? true);
  let row = 0;
  const rows = Number(metadata.num_rows);
  for (const group of metadata.row_groups) {
    const end = row + Number(group.num_rows);
    while (row < end) {
      const to = Math.min(end, row + step);
      const read = { file: buffer, metadata, columns, rowStart: row, rowEnd: to, compressors };
      const records = await parquetReadObjects(read).catch((error) => {
        throw unreadable(file, error);
      });
      for (const record of records) {
        row++;
        onBytes(Math.round((file.bytes * row) / rows));
        yield { number: row, where: `row ${row}`, record };
      }
    }
  }
}

/** Texts in one of the columns. */
export const readParquet: CorpusReader = async function* (file, field, onBytes) {
  const columns = await parquetColumns(file);
  if (!columns.includes(field))
    textIn(file, "columns", Object.fromEntries(columns.map((name) => [name, null])), field);
  for await (const { number, where, record } of parquetRecords(file, [field], onBytes))
    yield { source: `${file.name}:${number}`, text: textIn(file, where, record, field), offset: 0 };
};

async function opened(file: CorpusFile) {
  const buffer = await asyncBufferFromFile(file.path);
  const metadata = await parquetMetadataAsync(buffer).catch((error) => {
    throw unreadable(file, error);
  });
  return { buffer, metadata };
}

const columnsIn = (metadata: FileMetaData): string[] =>
  parquetSchema(metadata).children.map(({ element }) => element.name);

const unreadable = (file: CorpusFile, error: unknown) =>
  badRecord(
    file,
    "as Parquet",
    error instanceof Error ? error.message.replace(/\.$/, "") : String(error),
    "Check that the file is whole.",
  );
