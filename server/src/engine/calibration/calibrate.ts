import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../models/model.ts";
import type { Sae } from "../saes/sae.ts";
import { readStatistics, type SaeStatistics } from "../saes/statistics.ts";
import { type Measured, maxTokens, measure } from "./measure.ts";
import { calibrationTextOf } from "./text.ts";

/**
 * What is known of an SAE: its own file's statistics and labels where they are for this hook point, and in any case L0 and
 * FVU as measured here, once, on the calibration text; kept in `cache` under a hash of text, weights and hook.
 * @throws EngineError `calibration-failed`, `labels-invalid`
 */
export async function calibrate(
  model: Model,
  sae: Sae,
  encode: (text: string) => Int32Array,
  cache: string,
  identity: string,
): Promise<SaeStatistics> {
  const text = calibrationTextOf(sae.path);
  const key = createHash("sha256")
    .update(JSON.stringify([text, identity, sae.hook, maxTokens]))
    .digest("hex");
  const file = join(cache, `calibration-${key.slice(0, 32)}.json`);
  let measured = readCached(file);
  if (!measured) {
    measured = await measure(model, sae, encode(text.text), text.name);
    writeAtomically(file, JSON.stringify(measured));
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

function readCached(file: string): Measured | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null; // never measured, or cut short: measure again
  }
}

function writeAtomically(file: string, text: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, file);
}
