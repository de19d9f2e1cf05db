import { TensorFile } from "../../files/tensor-file.ts";
import type { StoreIdentity } from "../../store/identity.ts";
import { StoreImporter } from "../../store/importer.ts";
import { storedWeights } from "../../store/weights.ts";
import { type DelphiCache, hookOfModule } from "./delphi-files.ts";
import { CacheReading } from "./delphi-statistics.ts";
import type { ImportEngine, ImportOutcome, Target } from "./import.ts";
import type { NpActivation } from "./neuronpedia-records.ts";
import { badFile, mismatch } from "./problems.ts";
import { hookDifference } from "./source-id.ts";
import { verifyWith } from "./verify.ts";

/** Latents whose weights are looked at in one request. */
const weightBlock = 256;

/** Reads a delphi cache into a new store; statistics are exact, from all its firings. */
export async function importDelphi(
  engine: ImportEngine,
  cache: DelphiCache,
  target: Target,
  store: string,
): Promise<ImportOutcome> {
  const [{ width, hook, ...sae }] = target.description.saes;
  const last = cache.parts.at(-1)!;
  if (last.to >= width)
    throw mismatch(`Its latents go up to ${last.to}, and those of ${sae.id} are 0 to ${width - 1}.`);
  const difference = hookDifference(hook, "", hookOfModule(cache.module));
  if (difference) throw mismatch(difference);
  const from = `delphi ${cache.module}`;
  const identity: StoreIdentity = {
    ...target.identity,
    corpus: { files: [{ name: cache.dataset ?? from, bytes: 0 }], field: "", context: 0, maxTokens: null },
    seed: 0,
    imported: from,
  };
  const { id, architecture, conventions } = sae;
  const to = StoreImporter.open(store, identity, { id, hook, architecture, width, conventions });
  try {
    if (to.filled) throw badFile(store, "is a store already", "Name another with --store.");
    const reading = new CacheReading(to, width);
    for (const part of cache.parts) reading.part(part);
    const { totals, shown } = reading;
    to.setTotals(totals);
    const tokens = await addWindows(engine, cache, target, to, reading);
    const examples = [...shown].map(([index, it]) => exampleOf(index, it, tokens(it.context), cache));
    const said = await verifyWith(engine, [], examples, target, last.to);
    await addWeights(engine, target, to);
    to.commit(true);
    const notes = [`It holds ${totals.tokens} tokens, those included that the SAE was not made for.`];
    return {
      store,
      from: `${cache.model ?? "delphi"}/${cache.module}`,
      features: totals.count.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
      activations: totals.count.reduce((sum, count) => sum + count, 0),
      explanations: 0,
      compared: said,
      notes,
    };
  } catch (error) {
    to.abort();
    throw error;
  }
}

/** Tokens of the contexts with their texts. @returns texts of a context's tokens */
async function addWindows(
  engine: ImportEngine,
  { parts: [{ path }], dataset, module }: DelphiCache,
  { setup, description: { model } }: Target,
  to: StoreImporter,
  { windows, shown, length }: CacheReading,
): Promise<(context: number) => string[]> {
  const file = TensorFile.open(path, badFile);
  try {
    const read = (context: number) =>
      Int32Array.from(file.read("tokens", context * length, (context + 1) * length));
    const used = new Set<number>();
    const contexts = [...windows].sort((a, b) => a - b);
    for (const context of contexts) {
      const ids = read(context);
      for (const id of ids) used.add(id);
      to.addWindow(context, `${dataset ?? module}:${context}`, ids);
    }
    const highest = [...used].reduce((a, b) => Math.max(a, b), 0);
    if (highest >= model.vocabulary)
      throw mismatch(
        `It holds the token ${highest}, and the vocabulary of ${model.id} has ${model.vocabulary}.`,
      );
    const texts = await engine.texts({ ...setup, ids: Int32Array.from(used) });
    for (const [id, text] of texts) to.addText(id, text);
    const ofContext = new Map([...shown.values()].map(({ context }) => [context, read(context)]));
    return (context) => Array.from(ofContext.get(context) ?? [], (id) => texts.get(id) ?? "");
  } finally {
    file.close();
  }
}

function exampleOf(
  index: number,
  { values, peak }: { values: number[]; peak: number },
  tokens: string[],
  { model, module }: DelphiCache,
): NpActivation {
  const owner = { index, modelId: model ?? "", layer: module, own: null, source: null };
  return { kind: "activation", ...owner, tokens, values, peak, top: true };
}

async function addWeights(
  engine: ImportEngine,
  { setup, description }: Target,
  to: StoreImporter,
): Promise<void> {
  const { width } = description.saes[0];
  for (let from = 0; from < width; from += weightBlock) {
    const until = Math.min(width, from + weightBlock);
    const facts = await engine.featureWeights({ ...setup, sae: 0, from, to: until });
    for (const [id, text] of facts.texts) to.addText(id, text);
    for (let i = 0; i < until - from; i++) to.setWeights(from + i, storedWeights(facts, i));
    to.aboutWeights({ convention: facts.convention, medianNorm: facts.medianNorm });
  }
}
