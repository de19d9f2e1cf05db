import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "../errors.ts";
import type { Model } from "../models/model.ts";
import type { SaeConfig } from "../saes/config.ts";
import type { Sae } from "../saes/sae.ts";
import { readStatistics, type SaeStatistics } from "../saes/statistics.ts";
import { type Measured, maxTokens, measure, measureVersion } from "./measure.ts";
import { calibrationTextOf } from "./text.ts";

/** What calibrations of one set-up share. */
export interface CalibrationOptions {
  /** Folder to keep results in. */
  cache: string;
  /** Ids of a text as the set-up reads it, its start token included. */
  encode(text: string): Int32Array;
  isSpecial(id: number): boolean;
  /** Identity of the model's weights. */
  model: string;
  log(line: string): void;
  /** Told before an SAE is measured, which takes as long as a prompt of some hundred tokens. */
  measuring(): void;
}

/**
 * What is known of an SAE: its own file's statistics and labels where they are for this hook point, and in any case L0 and
 * FVU as measured here, once, on the calibration text; kept under a hash of everything that decides them.
 * @throws EngineError `calibration-failed`, `labels-invalid`
 */
export async function calibrate(model: Model, sae: Sae, options: CalibrationOptions): Promise<SaeStatistics> {
  const text = calibrationTextOf(sae.path);
  const texts = within(text.texts.map(options.encode), Math.min(maxTokens, model.config.contextLength));
  const { excluded, ...config } = sae.config;
  const decides = [
    measureVersion,
    texts.map((ids) => [...ids]),
    options.model,
    sae.identity,
    sae.hook,
    config,
    excluded === "special" ? excluded : [...excluded],
  ];
  const key = createHash("sha256").update(JSON.stringify(decides)).digest("hex");
  const file = join(options.cache, `calibration-${key.slice(0, 32)}.json`);
  let measured = readCached(file, sae.config);
  if (!measured) {
    options.measuring();
    measured = await measure(model, sae, { name: text.name, texts, isSpecial: options.isSpecial });
    keep(file, measured, options.log);
  }
  const check = { l0: measured.l0, fvu: measured.fvu, source: measured.source };
  // Labels and statistics say nothing of the same weights put somewhere else.
  const known =
    sae.hook === sae.config.hook ? readStatistics(sae.path, sae.config.width, sae.config.dIn) : null;
  if (known) return { ...known, check };
  return {
    source: measured.source,
    medianNorm: measured.medianNorm,
    mean: Float32Array.from(measured.mean),
    frequency: Float32Array.from(measured.frequency),
    maximum: null,
    labels: new Map(),
    check,
  };
}

/** The first `limit` ids of texts. */
function within(texts: Int32Array[], limit: number): Int32Array[] {
  let left = limit;
  return texts
    .map((ids) => {
      const part = ids.slice(0, left);
      left -= part.length;
      return part;
    })
    .filter((ids) => ids.length > 0);
}

/** What was kept, unless it was never measured, cut short, or is no such thing: then it is measured again. */
function readCached(file: string, { dIn, width }: SaeConfig): Measured | null {
  try {
    const it = JSON.parse(readFileSync(file, "utf8")) as Partial<Measured>;
    const numbers = [it.l0, it.fvu, it.medianNorm, ...(it.mean ?? []), ...(it.frequency ?? [])];
    const whole =
      it.mean?.length === dIn &&
      it.frequency?.length === width &&
      typeof it.source === "string" &&
      numbers.every(Number.isFinite);
    return whole ? (it as Measured) : null;
  } catch {
    return null;
  }
}

/** Writes in one step, since another engine may do the same; a folder that cannot be written costs only time. */
function keep(file: string, measured: Measured, log: (line: string) => void): void {
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(part, JSON.stringify(measured));
    renameSync(part, file);
  } catch (error) {
    log(`A calibration could not be kept (${firstLine(error)}); it will be measured again.`);
  }
}
