import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Texts kept of one model; some 150 MB for 384 dimensions. What is not in use goes first. */
const most = 100_000;
const schema = "steerscope.embeddings/1";

/** What was embedded by one model, by text. */
export interface KeptEmbeddings {
  width: number;
  vectors: Map<string, Float32Array>;
}

/** The file of a model below the cache folder; another identity has another file. */
export function embeddingFile(cache: string, identity: string): string {
  return join(cache, "embeddings", `${createHash("sha256").update(identity).digest("hex").slice(0, 32)}.bin`);
}

/**
 * Reads what {@link keepEmbeddings} wrote; null where there is no such file, or it is cut short or otherwise broken: then
 * it is made anew. The file is a checksum of all behind it, a line of JSON, and the vectors in the order of its texts, f32 in
 * the machine's own order of bytes.
 */
export function readEmbeddings(file: string): KeptEmbeddings | null {
  try {
    const bytes = readFileSync(file);
    const [start, end] = [bytes.indexOf("\n") + 1, bytes.indexOf("\n", bytes.indexOf("\n") + 1) + 1];
    if (start === 0 || bytes.toString("latin1", 0, start - 1) !== checksum(bytes.subarray(start)))
      return null;
    const head = JSON.parse(bytes.toString("utf8", start, end)) as Head;
    if (head.schema !== schema) return null;
    const { width, texts } = head;
    const values = new Float32Array(Uint8Array.from(bytes.subarray(end)).buffer);
    return {
      width,
      vectors: new Map(texts.map((text, i) => [text, values.subarray(i * width, (i + 1) * width)])),
    };
  } catch {
    return null;
  }
}

/**
 * Writes embeddings in one step, since another window may do the same. A folder that cannot be written costs only time.
 * @param used texts that stay whatever else has to go
 */
export function keepEmbeddings(
  file: string,
  { width, vectors }: KeptEmbeddings,
  used: ReadonlySet<string>,
): void {
  const all = [...vectors.keys()];
  const others = all.filter((text) => !used.has(text));
  // The newest stand last.
  const gone = new Set(others.slice(0, Math.max(0, Math.min(others.length, all.length - most))));
  const texts = all.filter((text) => !gone.has(text));
  const values = new Float32Array(texts.length * width);
  texts.forEach((text, i) => {
    values.set(vectors.get(text)!, i * width);
  });
  const head: Head = { schema, width, texts };
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(values.buffer)]);
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(part, Buffer.concat([Buffer.from(`${checksum(content)}\n`), content]));
      renameSync(part, file);
    } finally {
      rmSync(part, { force: true });
    }
  } catch {
    // The labels are embedded again the next time.
  }
}

interface Head {
  schema: string;
  width: number;
  texts: string[];
}

function checksum(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
