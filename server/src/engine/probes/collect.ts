import { tensorBytes } from "../../files/tensor-bytes.ts";
import { writeWhole } from "../../files/write-whole.ts";
import {
  type Collected,
  type CollectParams,
  keysName,
  type ProbeReading,
  readingName,
  startsName,
} from "../../protocol/probes.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import type { Residuals } from "../models/residuals.ts";
import { replacedDuring } from "../scan/replaced.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { readText, widthOf } from "./read-text.ts";

/** Texts whose activations are written to a file, one a step, so that other work can be done between steps. */
export class CollectRun {
  readonly #params: CollectParams;
  readonly #saes: ScanIdentity["saes"];
  #setupId: string | null = null;
  #next = 0;
  #tokens = 0;
  readonly #kept: number[] = [];
  readonly #left: Collected["left"] = [];
  /** By reading: the rows of each text kept. */
  readonly #rows: Float32Array[][];

  /** @param saes the set-up's SAEs by the content of their files */
  constructor(params: CollectParams, saes: ScanIdentity["saes"]) {
    this.#params = params;
    this.#saes = saes;
    this.#rows = params.readings.map(() => []);
  }

  /**
   * Reads the next text, if there is one. One that does not fit the context, or has no token to read, is left out and named.
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
    const read = await readText(texts[number], readings, setup, residuals);
    this.#next++;
    if (typeof read === "string") this.#left.push({ text: number, why: read });
    else {
      this.#kept.push(number);
      this.#tokens += read.tokens;
      read.rows.forEach((rows, r) => {
        this.#rows[r].push(rows);
      });
    }
    return true;
  }

  /** Writes the file. @throws what the system says */
  finish(setup: LoadedSetup): Collected {
    const { readings, path, keys } = this.#params;
    const tensors = readings.flatMap((reading, r) => this.#tensors(reading, this.#rows[r], setup));
    const names = JSON.stringify(this.#kept.map((text) => keys[text]));
    writeWhole(path, tensorBytes(tensors, { [keysName]: names }));
    return { setupId: setup.description.setupId, path, tokens: this.#tokens, left: this.#left };
  }

  #tensors(reading: ProbeReading, rows: Float32Array[], setup: LoadedSetup) {
    const name = readingName(reading, this.#saes);
    const width = widthOf(reading, setup);
    const starts = new Float32Array(rows.length + 1);
    rows.forEach((of, t) => {
      starts[t + 1] = starts[t] + of.length / width;
    });
    const count = starts[rows.length];
    const data = new Float32Array(count * width);
    rows.forEach((of, t) => {
      data.set(of, starts[t] * width);
    });
    const tensor = { name, shape: [count, width], data };
    if (reading.position !== "all") return [tensor];
    return [tensor, { name: startsName(name), shape: [starts.length], data: starts }];
  }
}
