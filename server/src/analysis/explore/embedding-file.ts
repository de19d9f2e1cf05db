import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
 * it is made anew. The file is a line of JSON and the vectors in the order of its texts, f32, little-endian.
 */
export function readEmbeddings(file: string): KeptEmbeddings | null {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf("\n");
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as Record<string, unknown>;
    const { width, texts } = head as { width: number; texts: string[] };
    const body = Buffer.from(bytes.subarray(end + 1));
    const whole =
      head.schema === schema &&
      Number.isInteger(width) &&
      body.length === 4 * width * texts.length &&
      head.hash === hashOf(body);
    if (!whole) return null;
    const values = new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.length));
    return {
      width,
      vectors: new Map(texts.map((text, i) => [text, values.subarray(i * width, (i + 1) * width)])),
    };
  } catch {
    return null;
  }
}

/**
 * Writes embeddings in one step, since another window may do the same.
 * @param used texts that stay whatever else has to go
 * @returns whether they could be kept; a folder that cannot be written costs only time
 */
export function keepEmbeddings(file: string, kept: KeptEmbeddings, used: ReadonlySet<string>): boolean {
  const all = [...kept.vectors.keys()];
  const others = all.filter((text) => !used.has(text));
  const room = Math.max(0, most - (all.length - others.length));
  // The newest stand last.
  const gone = new Set(others.slice(0, Math.max(0, others.length - room)));
  const texts = all.filter((text) => !gone.has(text));
  const values = new Float32Array(texts.length * kept.width);
  texts.forEach((text, i) => {
    values.set(kept.vectors.get(text)!, i * kept.width);
  });
  const body = Buffer.from(values.buffer);
  const head = { schema, width: kept.width, hash: hashOf(body), texts };
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(part, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]));
    renameSync(part, file);
    return true;
  } catch {
    rmSync(part, { force: true });
    return false;
  }
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
