import { createHash } from "node:crypto";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { Description, Setup } from "../../protocol/engine.ts";
import {
  type Collected,
  lastIdsName,
  type ProbeReading,
  type ProbeText,
  placesName,
  readingName,
} from "../../protocol/probes.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import { type ActivationFile, activationFiles, readHeader, trimFolder } from "./files.ts";
import type { ActivationRows } from "./rows.ts";

/** Raised when what is read, or how, changes: older files are then not found. */
const version = 2;
/** Texts of one file: little enough that a cancelled run loses little. */
const batch = 64;
/** Bytes that the cache may take. */
const limit = 8 * 2 ** 30;

/** Texts that cannot be read, by their place, and why. */
export type LeftOut = Map<number, Collected["left"][number]["why"]>;

/**
 * Activations on texts, kept on disk by content: files lie in a folder named by the model (hashes of its files) and by how it
 * reads texts (its chat template and special tokens too), and name each text by a hash; so another model, revision, template or
 * convention never meets them.
 */
export class ActivationCache {
  readonly identity: ScanIdentity;
  readonly description: Description;
  readonly setup: Setup;
  readonly #host: Pick<EngineHost, "collect">;
  readonly #root: string;
  readonly #folder: string;
  readonly #limit: number;
  #files: ActivationFile[];

  private constructor(
    host: Pick<EngineHost, "collect">,
    setup: Setup,
    is: { description: Description; identity: ScanIdentity },
    root: string,
    log: (line: string) => void,
    most: number,
  ) {
    this.#host = host;
    this.setup = setup;
    this.identity = is.identity;
    this.description = is.description;
    this.#root = root;
    this.#limit = most;
    const { conventions, templateSha256 } = is.description.model;
    const name = hashOf([version, is.identity.model.sha256, templateSha256, ...conventions]);
    this.#folder = join(root, name);
    this.#files = activationFiles(this.#folder, log);
  }

  /**
   * @param root the folder of all such caches
   * @param log is told of files that had to be removed
   * @param most bytes that the cache may take
   * @throws ProblemError where the set-up cannot be loaded
   */
  static async open(
    host: Pick<EngineHost, "describe" | "identify" | "collect">,
    setup: Setup,
    root: string,
    log: (line: string) => void,
    token?: CancellationToken,
    most = limit,
  ): Promise<ActivationCache> {
    const description = await host.describe(setup, token);
    const identity = await host.identify(setup, token);
    return new ActivationCache(host, setup, { description, identity }, root, log, most);
  }

  /**
   * Sees to it that all of some texts is there, and has the engine read what is not.
   * @param progress is told how many of the texts that must be read are read
   * @returns the texts that the model cannot read
   * @throws ProblemError `weights-replaced` where the model is no longer the one that it was
   */
  async fill(
    texts: readonly ProbeText[],
    readings: readonly ProbeReading[],
    progress: (done: number, total: number) => void,
    token?: CancellationToken,
  ): Promise<LeftOut> {
    const keys = texts.map(keyOf);
    const missing = this.#missing(keys, readings);
    const leftKeys = new Map<string, Collected["left"][number]["why"]>();
    for (let from = 0; from < missing.length; from += batch) {
      progress(from, missing.length);
      const part = missing.slice(from, from + batch);
      const collected = await this.#collect(
        part.map((i) => texts[i]),
        part.map((i) => keys[i]),
        readings,
        token,
      );
      for (const { text, why } of collected.left) leftKeys.set(keys[part[text]], why);
      this.#files.push(readHeader(collected.path));
    }
    if (missing.length > 0) {
      progress(missing.length, missing.length);
      this.#trim(keys, readings);
    }
    return new Map(keys.flatMap((key, i) => (leftKeys.has(key) ? [[i, leftKeys.get(key)!] as const] : [])));
  }

  /** Removes what was used longest ago, but nothing that holds these texts as they are to be read. */
  #trim(keys: readonly string[], readings: readonly ProbeReading[]): void {
    const names = [...readings.map((it) => this.#nameOf(it)), lastIdsName, placesName];
    const keep = names.flatMap((name) => {
      const places = this.#places(name);
      return keys.flatMap((key) => this.#files[places.get(key)?.file ?? -1]?.path ?? []);
    });
    const removed = new Set(trimFolder(this.#root, this.#limit, new Set(keep)));
    this.#files = this.#files.filter(({ path }) => !removed.has(path));
  }

  /** Where the rows of texts lie that {@link fill} saw to. @throws RangeError where one was left out */
  rowsOf(texts: readonly ProbeText[], reading: ProbeReading): ActivationRows {
    return this.#rows(texts, this.#nameOf(reading));
  }

  /** What was read of the texts besides activations, from the files that some readings made: `[n, 1]` and `[tokens, 3]`. */
  tokensOf(texts: readonly ProbeText[], of: typeof lastIdsName | typeof placesName): ActivationRows {
    return this.#rows(texts, of);
  }

  #rows(texts: readonly ProbeText[], name: string): ActivationRows {
    const places = this.#places(name);
    const n = texts.length;
    const [file, from, count] = [new Int32Array(n), new Int32Array(n), new Int32Array(n)];
    texts.forEach((text, i) => {
      const place = places.get(keyOf(text));
      if (!place) throw new RangeError(`There are no activations of text ${i}.`);
      const starts = this.#files[place.file].readings.get(name)!.starts;
      file[i] = place.file;
      from[i] = starts ? starts[place.row] : place.row;
      count[i] = starts ? starts[place.row + 1] - starts[place.row] : 1;
    });
    const used = [...new Set(file)];
    const now = new Date();
    for (const f of used) utimesSync(this.#files[f].path, now, now);
    const { width, starts } = this.#files[file[0]].readings.get(name)!;
    const byToken = starts !== null;
    const files = used.map((f) => this.#files[f].path);
    return {
      name,
      width,
      files,
      file: file.map((f) => used.indexOf(f)),
      from,
      count,
      byToken,
    };
  }

  async #collect(
    texts: ProbeText[],
    keys: string[],
    readings: readonly ProbeReading[],
    token?: CancellationToken,
  ): Promise<Collected> {
    const path = join(
      this.#folder,
      `${hashOf([...keys, ...readings.map((it) => this.#nameOf(it))])}.safetensors`,
    );
    const params = { ...this.setup, texts, keys, readings: [...readings], path };
    const collected = await this.#host.collect(params, token);
    if (collected.setupId === this.description.setupId) return collected;
    throw new ProblemError({
      code: "weights-replaced",
      message: `The files of ${this.setup.model} changed while texts were read.`,
      remedy: "Run it again.",
      subject: "model",
    });
  }

  /** The first of each text that some reading lacks. */
  #missing(keys: string[], readings: readonly ProbeReading[]): number[] {
    const known = readings.map((reading) => this.#places(this.#nameOf(reading)));
    const seen = new Set<string>();
    return keys.flatMap((key, i) => {
      if (seen.has(key) || known.every((places) => places.has(key))) return [];
      seen.add(key);
      return [i];
    });
  }

  #places(name: string): Map<string, { file: number; row: number }> {
    const places = new Map<string, { file: number; row: number }>();
    this.#files.forEach(({ keys, readings }, file) => {
      if (!readings.has(name)) return;
      for (const [row, key] of keys.entries()) places.set(key, { file, row });
    });
    return places;
  }

  #nameOf(reading: ProbeReading): string {
    return readingName(reading, this.identity.saes);
  }
}

/** Names of texts, which every reading of them asks for. */
const knownKeys = new WeakMap<ProbeText, string>();

function keyOf(text: ProbeText): string {
  const known = knownKeys.get(text);
  if (known !== undefined) return known;
  const { messages, span } = text;
  const key = hashOf([
    messages.map(({ role, text: it }) => [role, it]),
    span && [span.message, span.start, span.end],
  ]);
  knownKeys.set(text, key);
  return key;
}

function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
