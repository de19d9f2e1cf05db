import { CancelledError } from "../../host/problem-error.ts";
import { csvRecords } from "../../scan/corpus/csv.ts";
import { jsonlRecords } from "../../scan/corpus/jsonl.ts";
import { parquetRecords } from "../../scan/corpus/parquet.ts";
import type { CorpusRecord } from "../../scan/corpus/types.ts";
import type { ProbeSpec } from "../spec/types.ts";
import { type DataFile, labelledFiles, namedFiles } from "./files.ts";
import { examplesOf, type RecordReading, wantedColumns } from "./records.ts";
import { fileExamples } from "./texts.ts";
import { tinytownExamples } from "./tinytown/read.ts";
import type { Cancellation, Example } from "./types.ts";

/** Where data is read from and how the reader is stopped. */
export interface DataAccess {
  /** The folder of the specification, from which paths start. */
  folder: string;
  cancellation?: Cancellation;
  /** Hears of bytes read (of drawn text examples), of all there are. */
  onProgress?(read: number, all: number): void;
}

/** What of a specification decides which examples there are. */
export type DataSpec = Pick<ProbeSpec, "data" | "columns" | "level"> & {
  target: Pick<ProbeSpec["target"], "type">;
};

/**
 * Every example that a specification names, in the order of the files and of what stands in them. A missing label is "" (NaN
 * of a number).
 * @throws ProblemError with file and line for what cannot be read, CancelledError
 */
export async function readExamples(spec: DataSpec, access: DataAccess): Promise<Example[]> {
  const { data, level } = spec;
  if (data.kind === "tinytown") {
    const examples = await tinytownExamples(data, level, access);
    return spec.target.type === "number"
      ? examples.map((it) => ({ ...it, label: Number(it.label) }))
      : examples;
  }
  const files =
    data.kind === "files" ? namedFiles(data.files, access.folder) : labelledFiles(data.folder, access.folder);
  const all = files.reduce((sum, it) => sum + it.bytes, 0);
  const reading = { columns: spec.columns, level, isNumber: spec.target.type === "number" };
  const examples: Example[] = [];
  let before = 0;
  for (const file of files) {
    stopIfCancelled(access);
    if (file.kind === "text" || file.kind === "prompt")
      examples.push(...fileExamples(file, reading, file.label));
    else
      for await (const record of recordsOf(file, reading, (bytes) =>
        access.onProgress?.(before + bytes, all),
      )) {
        stopIfCancelled(access);
        examples.push(...examplesOf(file, record, reading, file.label));
      }
    before += file.bytes;
    access.onProgress?.(before, all);
  }
  return examples;
}

function recordsOf(
  file: DataFile,
  { columns }: RecordReading,
  onBytes: (bytes: number) => void,
): AsyncGenerator<CorpusRecord> {
  if (file.kind === "parquet") return parquetRecords(file, wantedColumns(columns), onBytes);
  return (file.kind === "csv" ? csvRecords : jsonlRecords)(file, onBytes);
}

function stopIfCancelled({ cancellation }: DataAccess): void {
  if (cancellation?.isCancellationRequested) throw new CancelledError();
}
