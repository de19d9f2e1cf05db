import type { EngineHost } from "../../host/engine-host.ts";
import type { Description, Setup } from "../../protocol/engine.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import { differenceOfWeights, type StoredSae, type StoreIdentity } from "../../store/identity.ts";
import { StoreImporter } from "../../store/importer.ts";
import { delphiCache } from "./delphi-files.ts";
import { importDelphi } from "./delphi-import.ts";
import { type BulkFiles, bulkFiles } from "./files.ts";
import { ForeignReader } from "./foreign-read.ts";
import { readLines } from "./lines.ts";
import { type NpRecord, npRecord } from "./neuronpedia-records.ts";
import { ownHeader } from "./own-header.ts";
import { OwnReader } from "./own-read.ts";
import { mismatch } from "./problems.ts";
import { assertFits, type Survey, survey } from "./survey.ts";
import { verify } from "./verify.ts";

export type ImportEngine = Pick<
  EngineHost,
  "describe" | "identify" | "analyse" | "featureWeights" | "texts" | "scanned"
>;

export interface ImportRequest {
  setup: Setup & { saes: [string] };
  /** Files and folders, as the user named them. */
  from: readonly string[];
  store: string;
}

export interface ImportOutcome {
  store: string;
  /** Model and source as the files name them. */
  from: string;
  features: number;
  activations: number;
  explanations: number;
  /** What was compared, and what could not be, a sentence each. */
  compared: string[];
  notes: string[];
}

/** A set-up of one SAE, as the engine describes it. */
export interface Target {
  setup: Setup & { saes: [string] };
  description: Description;
  identity: ScanIdentity;
}

/**
 * Reads Neuronpedia's bulk files or a delphi cache into a store, all of it or nothing.
 * @throws ProblemError `import-mismatch` where they belong to another model or SAE, `import-record-invalid`,
 * `import-file-invalid`; StoreError
 */
export async function importInto(engine: ImportEngine, request: ImportRequest): Promise<ImportOutcome> {
  try {
    const cache = delphiCache(request.from);
    if (cache) return await importDelphi(engine, cache, await targetOf(engine, request.setup), request.store);
    const files = bulkFiles(request.from);
    const found = await survey(files);
    const target = await targetOf(engine, request.setup);
    assertFits(found, target);
    return files.own
      ? await importOwn(files, files.own, found, target, request.store)
      : await importForeign(engine, files, found, target, request.store);
  } finally {
    engine.scanned();
  }
}

async function targetOf(engine: ImportEngine, setup: Target["setup"]): Promise<Target> {
  return { setup, description: await engine.describe(setup), identity: await engine.identify(setup) };
}

/** An export of ours: the weights are the same by their content, or it is refused. */
async function importOwn(
  files: BulkFiles,
  own: string,
  found: Survey,
  target: Target,
  store: string,
): Promise<ImportOutcome> {
  const header = await ownHeader(own);
  const difference = differenceOfWeights(header.identity, target.identity);
  if (difference) throw mismatch(`It was made for ${difference}.`);
  const [{ id, hook, width }] = target.description.saes;
  if (header.sae.id !== id || header.sae.hook !== hook || header.sae.width !== width)
    throw mismatch(
      `It was made for ${header.sae.id} at ${header.sae.hook} with ${header.sae.width} latents.`,
    );
  const to = StoreImporter.open(store, header.identity, header.sae);
  return inOneGo(to, header.finished, async () => {
    const notes: string[] = [];
    const reader = new OwnReader(to, header);
    if (to.filled) notes.push("The store held figures of its own; only labels were added.");
    else await reader.file(own);
    for await (const record of recordsOf(files)) {
      if (!to.filled || record.kind === "explanation") reader.record(record);
    }
    if (!to.filled) reader.finish();
    const compared = ["Model and SAE are those it was made with, by the content of their files."];
    return outcome(store, found, compared, notes);
  });
}

/** An export of others: whatever can be compared is. */
async function importForeign(
  engine: ImportEngine,
  files: BulkFiles,
  found: Survey,
  target: Target,
  store: string,
): Promise<ImportOutcome> {
  const compared = await verify(engine, found, target);
  const [{ id, hook, architecture, width, conventions }] = target.description.saes;
  const from = `Neuronpedia ${found.modelId}/${found.layer}`;
  const identity: StoreIdentity = {
    ...target.identity,
    corpus: { files: [{ name: from, bytes: 0 }], field: "", context: 0, maxTokens: null },
    seed: 0,
    imported: from,
  };
  const sae: StoredSae = { id, hook, architecture, width, conventions };
  const to = StoreImporter.open(store, identity, sae);
  return inOneGo(to, true, async () => {
    const reader = new ForeignReader(to, engine, target, found);
    for await (const record of recordsOf(files)) await reader.record(record);
    reader.finish();
    const notes = to.scanned ? ["The store holds a scan of its own; only labels were added."] : [];
    return outcome(store, found, compared, notes);
  });
}

async function inOneGo(
  to: StoreImporter,
  finished: boolean,
  work: () => Promise<ImportOutcome>,
): Promise<ImportOutcome> {
  try {
    const result = await work();
    to.commit(finished);
    return result;
  } catch (error) {
    to.abort();
    throw error;
  }
}

async function* recordsOf({ files }: BulkFiles): AsyncGenerator<NpRecord> {
  for (const { path, kind } of files)
    for await (const { number, value } of readLines(path)) yield npRecord(value, path, number, kind);
}

function outcome(store: string, found: Survey, compared: string[], notes: string[]): ImportOutcome {
  const { modelId, layer, features, activations, explanations } = found;
  return { store, from: `${modelId}/${layer}`, features, activations, explanations, compared, notes };
}
