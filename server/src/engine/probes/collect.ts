import { type NewTensor, tensorBytes } from "../../files/tensor-bytes.ts";
import { writeWhole } from "../../files/write-whole.ts";
import {
  type Collected,
  type CollectParams,
  keysName,
  lastIdsName,
  placesName,
  readingName,
  startsName,
} from "../../protocol/probes.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import type { Residuals } from "../models/residuals.ts";
import { replacedDuring } from "../scan/replaced.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { readText, type TextRows, usualNorms, widthOf } from "./read-text.ts";

/** Texts whose activations are written to a file, one a step, so that other work can be done between steps. */
export class CollectRun {
  readonly #params: CollectParams;
  readonly #saes: ScanIdentity["saes"];
  #setupId: string | null = null;
  #next = 0;
  #tokens = 0;
  #norms: ReadonlyMap<string, number> | null = null;
  readonly #kept: number[] = [];
  readonly #left: Collected["left"] = [];
  readonly #read: TextRows[] = [];

  /** @param saes the set-up's SAEs by the content of their files */
  constructor(params: CollectParams, saes: ScanIdentity["saes"]) {
    this.#params = params;
    this.#saes = saes;
  }

  /**
   * Reads the next text, if there is one. One that does not fit the context, has no token to read, or is
   * read as what is no finite number, is left out and named.
   * @param residuals a reader of the hook points that `hooksOf` says
   * @returns false where all are read
   * @throws EngineError `weights-replaced` where the set-up is no longer the one of the first step; `hook-unknown`
   */
  async step(setup: LoadedSetup, residuals: Residuals): Promise<boolean> {
    this.#setupId ??= setup.description.setupId;
    if (this.#setupId !== setup.description.setupId) throw replacedDuring(setup.setup.model);
    const { texts, readings } = this.#params;
    const number = this.#next;
    if (number === texts.length) return false;
    this.#norms ??= await usualNorms(readings, setup);
    const read = await readText(texts[number], readings, setup, residuals, this.#norms);
    this.#next++;
    if (typeof read === "string") this.#left.push({ text: number, why: read });
    else {
      this.#kept.push(number);
      this.#tokens += read.tokens;
      this.#read.push(read);
    }
    return true;
  }

  /** Writes the file. @throws what the system says */
  finish(setup: LoadedSetup): Collected {
    const { readings, path, keys } = this.#params;
    const lastIds = Float32Array.from(this.#read, ({ lastId }) => lastId);
    const tensors = [
      { name: lastIdsName, shape: [lastIds.length, 1], data: lastIds },
      ...readings.flatMap((reading, r) => {
        const name = readingName(reading, this.#saes);
        const rows = this.#read.map((read) => read.rows[r]);
        const width = widthOf(reading, setup);
        return reading.position === "all" ? byToken(name, rows, width) : [joined(name, rows, width)];
      }),
      ...(readings.some(({ position }) => position === "all")
        ? byToken(
            placesName,
            this.#read.map(({ places }) => places),
            3,
          )
        : []),
    ];
    const names = JSON.stringify(this.#kept.map((text) => keys[text]));
    writeWhole(path, tensorBytes(tensors, { [keysName]: names }));
    return { setupId: setup.description.setupId, path, tokens: this.#tokens, left: this.#left };
  }
}

/** Rows of all texts, one after another. */
function joined(name: string, rows: Float32Array[], width: number): NewTensor {
  const data = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const of of rows) {
    data.set(of, at);
    at += of.length;
  }
  return { name, shape: [data.length / width, width], data };
}

/** The same, and where each text's begin. */
function byToken(name: string, rows: Float32Array[], width: number): NewTensor[] {
  const starts = new Float32Array(rows.length + 1);
  rows.forEach((of, t) => {
    starts[t + 1] = starts[t] + of.length / width;
  });
  return [joined(name, rows, width), { name: startsName(name), shape: [starts.length], data: starts }];
}
