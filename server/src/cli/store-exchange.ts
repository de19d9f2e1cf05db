import { existsSync, statSync } from "node:fs";
import { located } from "../analysis/setup.ts";
import { ProblemError } from "../host/problem-error.ts";
import { exportStore } from "../scan/exchange/export.ts";
import { importInto } from "../scan/exchange/import.ts";
import type { ExportFormat } from "../scan/exchange/sinks.ts";
import { storeFile } from "../scan/stores.ts";
import { trimStore } from "../store/trim.ts";
import { withEngine } from "./engine.ts";

export interface StoreExportOptions {
  store: string;
  to: string;
  format: ExportFormat;
  source?: string;
  json?: boolean;
}

export interface StoreImportOptions {
  store: string;
  sae: string;
  model: string;
  json?: boolean;
}

const count = (n: number) => n.toLocaleString("en");

/** `steerscope store export`. */
export async function exportCommand({ store, to, format, source, json }: StoreExportOptions): Promise<void> {
  const outcome = await exportStore({ store: storeFile(store), to, format, source: source ?? null });
  if (json) return console.log(JSON.stringify({ schema: "steerscope.export/1", ...outcome }, null, 2));
  const { features, activations, explanations, folders } = outcome;
  console.log(
    `Done: ${count(features)} features, ${count(activations)} examples and ${count(explanations)} labels are in ${folders.join(", ")}.`,
  );
}

export interface StoreTrimOptions {
  store: string;
  to: string;
  top: number;
  sample: number;
}

/** Tokens that tell which latents fire together, in a copy that is trimmed. */
const together = 2048;

/** `steerscope store trim`. */
export function trimCommand({ store, to, top, sample }: StoreTrimOptions): void {
  const [from, copy] = [storeFile(store), storeFile(to)];
  if (existsSync(copy))
    throw new ProblemError({
      code: "store-exists",
      message: `${copy} exists.`,
      remedy: "Name another file with --to, or remove this one.",
      subject: "engine",
      path: copy,
    });
  trimStore(from, copy, { top, sample, together });
  const size = (path: string) => `${(statSync(path).size / 1e6).toFixed(1)} MB`;
  console.log(`Done: ${copy} has ${size(copy)}; ${from} has ${size(from)}.`);
}

/** `steerscope store import PATH…`. */
export async function importCommand(from: string[], options: StoreImportOptions): Promise<void> {
  const [model, sae] = [options.model, options.sae].map((it) => located(it, process.cwd()));
  const outcome = await withEngine((host) =>
    importInto(host, {
      setup: { model, saes: [sae], device: "auto" },
      from,
      store: storeFile(options.store),
    }),
  );
  if (options.json)
    return console.log(JSON.stringify({ schema: "steerscope.import/1", ...outcome }, null, 2));
  const { features, activations, explanations, compared, notes } = outcome;
  for (const sentence of compared) console.log(`  compared: ${sentence}`);
  for (const note of notes) console.log(`  note: ${note}`);
  console.log(
    `Done: ${count(features)} features, ${count(activations)} examples and ${count(explanations)} labels of ${outcome.from} are in ${outcome.store}.`,
  );
}
