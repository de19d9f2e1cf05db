import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

/** What a model wrote after a prompt. */
export interface Completions {
  promptIds: number[];
  samples: { ids: number[]; text: string }[];
}

/**
 * Completions that were made before, one request a line of a JSONL file, found again by everything that decides them. So a
 * command that was interrupted goes on where it was.
 */
export class KeptSamples {
  readonly #path: string;
  readonly #known = new Map<string, Completions>();
  /** Requests that were answered from the file. */
  found = 0;

  /** Reads what is there; a last line that was cut off while it was written is taken away. */
  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split("\n")) {
      const kept = read(line);
      if (kept) this.#known.set(kept.key, kept);
    }
  }

  /** Of everything that decides completions. */
  static key(deciding: unknown): string {
    return createHash("sha256").update(JSON.stringify(deciding)).digest("hex");
  }

  get size(): number {
    return this.#known.size;
  }

  get(key: string): Completions | undefined {
    const known = this.#known.get(key);
    if (known) this.found++;
    return known;
  }

  add(key: string, { promptIds, samples }: Completions): void {
    appendFileSync(this.#path, `${JSON.stringify({ key, promptIds, samples })}\n`);
    this.#known.set(key, { promptIds, samples });
  }

  /** Takes the file away. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function read(line: string): (Completions & { key: string }) | null {
  try {
    const value = JSON.parse(line);
    return typeof value?.key === "string" && Array.isArray(value.samples) ? value : null;
  } catch {
    return null;
  }
}
