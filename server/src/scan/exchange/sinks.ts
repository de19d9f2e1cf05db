import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ParquetTable, type TableName, tables } from "./parquet-write.ts";

export const exportFormats = ["neuronpedia", "parquet"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Where the lines of one SAE go, batch by batch. */
export interface Sink {
  /** Adds the lines of a batch of latents to a table; says how many. */
  add(table: TableName, lines: Iterable<object>): Promise<number>;
  finish(): Promise<void>;
}

export function openSink(format: ExportFormat, folder: string): Sink {
  return format === "parquet" ? parquetSink(folder) : linesSink(folder);
}

/** A gzip file a batch, as Neuronpedia's bulk files lie: `features/batch-0.jsonl.gz`. */
function linesSink(folder: string): Sink {
  const batches = { features: 0, activations: 0, explanations: 0 };
  return {
    add: (table, lines) => writeLines(join(folder, table, `batch-${batches[table]++}.jsonl.gz`), lines),
    finish: async () => {},
  };
}

/** One file a table: `features.parquet`. */
function parquetSink(folder: string): Sink {
  const names = Object.keys(tables) as TableName[];
  const open = new Map(names.map((name) => [name, new ParquetTable(join(folder, `${name}.parquet`), name)]));
  return {
    add: (table, lines) => open.get(table)!.add(lines),
    finish: async () => {
      for (const table of open.values()) await table.finish();
    },
  };
}

/** Writes objects as lines of a gzip file, no faster than the disk takes them; says how many. */
export async function writeLines(path: string, lines: Iterable<object>): Promise<number> {
  mkdirSync(dirname(path), { recursive: true });
  let count = 0;
  function* blocks() {
    let block = "";
    for (const line of lines) {
      count++;
      block += `${JSON.stringify(line)}\n`;
      if (block.length < 2 ** 18) continue;
      yield block;
      block = "";
    }
    if (block !== "") yield block;
  }
  await pipeline(Readable.from(blocks()), createGzip(), createWriteStream(path));
  return count;
}
