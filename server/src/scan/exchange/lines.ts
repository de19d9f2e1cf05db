import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { badFile, badLine } from "./problems.ts";

/** Longest line that is read: a record of any real export has less than a hundredth. */
export const longestLine = 100 * 2 ** 20;

export type JsonObject = Record<string, unknown>;

export interface Line {
  number: number;
  value: JsonObject;
}

/**
 * The JSON objects of a .jsonl or .jsonl.gz file, one at a time; empty lines are passed over.
 * @throws ProblemError `import-record-invalid` with file and line, `import-file-invalid` for a broken gzip file
 */
export async function* readLines(path: string, limit = longestLine): AsyncGenerator<Line> {
  let number = 0;
  for await (const bytes of split(path, limit)) {
    number++;
    const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw badLine(path, number, "it is not JSON");
    }
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw badLine(path, number, "it is no JSON object");
    yield { number, value: value as JsonObject };
  }
}

/** Lines as bytes; no more of the file is held than one line and a block. */
async function* split(path: string, limit: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  for await (const block of blocks(path)) {
    for (let from = 0; from < block.length; ) {
      const at = block.indexOf(10, from);
      const end = at < 0 ? block.length : at;
      length += end - from;
      if (length > limit) throw badLine(path, line, `it is longer than ${limit} bytes`);
      if (end > from) parts.push(block.subarray(from, end));
      from = end + 1;
      if (at < 0) break;
      yield Buffer.concat(parts);
      line++;
      parts = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(parts);
}

async function* blocks(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  let stream: Readable = file;
  if (path.endsWith(".gz")) {
    const gunzip = createGunzip({ chunkSize: 2 ** 18 });
    file.on("error", (error) => gunzip.destroy(error));
    stream = file.pipe(gunzip);
  }
  try {
    for await (const block of stream) yield block as Buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_")) throw badFile(path, `is broken or ends too early (${message})`);
    throw code ? badFile(path, `cannot be read (${message})`) : error;
  } finally {
    file.destroy();
  }
}
