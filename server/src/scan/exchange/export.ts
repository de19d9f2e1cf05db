import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { ProblemError } from "../../host/problem-error.ts";
import type { LatentRows } from "../../store/rows.ts";
import { StoreRows } from "../../store/rows.ts";
import { activationLines, explanationLines, featureLine, type Source } from "./neuronpedia-write.ts";
import { type OwnLine, ownFile, ownSchema } from "./own.ts";
import { type ExportFormat, openSink, type Sink, writeLines } from "./sinks.ts";
import { isPlainName, plainName, sourceId } from "./source-id.ts";

export interface ExportRequest {
  store: string;
  to: string;
  format: ExportFormat;
  /** Id of the source; null to make one from hook point and SAE. Only for a store of one SAE. */
  source: string | null;
}

export interface ExportOutcome {
  /** One folder for each SAE. */
  folders: string[];
  features: number;
  activations: number;
  explanations: number;
}

/** Latents of a batch. */
const batchSize = 512;

/**
 * Writes a store in the shape of Neuronpedia's bulk files, as lines or as Parquet. A folder appears when it is whole.
 * @throws StoreError; ProblemError `export-exists`, `source-invalid`
 */
export async function exportStore({ store, to, format, source }: ExportRequest): Promise<ExportOutcome> {
  const rows = StoreRows.open(store);
  try {
    const outcome: ExportOutcome = { folders: [], features: 0, activations: 0, explanations: 0 };
    const modelId = plainName(rows.identity.model.id);
    const ids = rows.saes.map(({ id, hook }) => source ?? sourceId(hook, id));
    checkSources(ids);
    for (const [sae, { hook }] of rows.saes.entries()) {
      const folder = join(to, "v1", modelId, ids[sae]);
      if (existsSync(folder))
        throw new ProblemError({
          code: "export-exists",
          message: `${folder} exists.`,
          remedy: "Name another folder with --to, or remove this one.",
          subject: "sae",
          path: folder,
        });
      const tokens = rows.about(sae).tokens?.tokens ?? 0;
      mkdirSync(dirname(folder), { recursive: true });
      const unfinished = mkdtempSync(`${folder}.part-`);
      try {
        const sink = openSink(format, unfinished);
        const source = { modelId, layer: ids[sae], hook, tokens };
        await writeLines(join(unfinished, ownFile), await writeSae(rows, sae, source, sink, outcome));
        await sink.finish();
        renameSync(unfinished, folder);
      } finally {
        rmSync(unfinished, { recursive: true, force: true });
      }
      outcome.folders.push(folder);
    }
    return outcome;
  } finally {
    rows.close();
  }
}

function checkSources(ids: string[]): void {
  const wrong = ids.find((id, i) => !isPlainName(id) || ids.indexOf(id) !== i);
  if (wrong === undefined) return;
  throw new ProblemError({
    code: "source-invalid",
    message: isPlainName(wrong) ? `Several SAEs would go by ${wrong}.` : `“${wrong}” is no id of a source.`,
    remedy: "It is of letters, digits, “-”, “_” and “.”; --source is for a store of one SAE.",
    subject: "sae",
  });
}

/** Writes what belongs to latents, and gives what belongs to the whole store. */
async function writeSae(rows: StoreRows, sae: number, source: Source, sink: Sink, outcome: ExportOutcome) {
  const windows = new Set<number>();
  let batch: LatentRows[] = [];
  for (const latent of rows.latents(sae)) {
    for (const { window } of [...latent.top, ...latent.sample]) windows.add(window);
    batch.push(latent);
    if (batch.length < batchSize) continue;
    await writeBatch(rows, batch, source, sink, outcome);
    batch = [];
  }
  if (batch.length > 0) await writeBatch(rows, batch, source, sink, outcome);
  return ownLines(rows, sae, windows);
}

async function writeBatch(
  rows: StoreRows,
  latents: LatentRows[],
  source: Source,
  sink: Sink,
  outcome: ExportOutcome,
): Promise<void> {
  const text = (id: number) => rows.text(id);
  const features = each(latents, (latent) => [featureLine(latent, source, text)]);
  const activations = each(latents, (latent) => activationLines(latent, source, rows));
  const explanations = each(latents, (latent) => explanationLines(latent, source));
  outcome.features += await sink.add("features", features);
  outcome.activations += await sink.add("activations", activations);
  outcome.explanations += await sink.add("explanations", explanations);
}

/** Lines of latents, made one after another rather than all at once. */
function* each(latents: LatentRows[], lines: (latent: LatentRows) => Iterable<object>): Generator<object> {
  for (const latent of latents) yield* lines(latent);
}

function* ownLines(rows: StoreRows, sae: number, windows: Set<number>): Generator<OwnLine> {
  const { shards, ...about } = rows.about(sae);
  const { model, saes } = rows.identity;
  // Where a model lies on this machine is nobody else's matter.
  const id = isAbsolute(model.id) ? basename(model.id) : model.id;
  const identity = { ...rows.identity, model: { ...model, id }, saes: [saes[sae]] };
  yield { kind: "store", schema: ownSchema, identity, sae: rows.saes[sae], ...about };
  for (const shard of shards) yield { kind: "shard", ...shard };
  for (const [id, text] of rows.texts) yield { kind: "token", id, text };
  for (const window of [...windows].sort((a, b) => a - b)) {
    const { source, ids } = rows.window(window);
    yield { kind: "window", window, source, ids: [...ids] };
  }
  const { key, rows: at, latents } = rows.together(sae);
  for (const [t] of key.entries())
    yield { kind: "together", key: key[t], latents: [...latents.subarray(at[t], at[t + 1])] };
}
