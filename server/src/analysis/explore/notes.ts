import { isAbsolute } from "node:path";
import { knownEmbeddingModels, snapshotsFolder } from "../../hub/embedding-models.ts";
import type { SaeInfo } from "../../protocol/engine.ts";
import { RARELY_BOTH } from "../../protocol/feature.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CompleteQuery } from "./list.ts";

/** What a reader of the list has to know of how its figures came about. */
export function notesOf(catalogue: Catalogue, query: CompleteQuery, relative: boolean): string[] {
  const notes: string[] = [];
  if (query.activity) {
    const sources = [
      ...new Set(
        catalogue.saes.map((sae, s) =>
          sae.frequency
            ? (sae.frequencySource ?? "unknown text")
            : (catalogue.stored[s]?.source ?? "nothing"),
        ),
      ),
    ];
    notes.push(
      query.activity === "dead"
        ? `Dead: never fired on ${sources.join(", ")}.`
        : `${query.activity === "dense" ? "Dense" : "Neither dead nor dense"}: by frequencies on ${sources.join(", ")}; dense from ${percent(query.denseAbove)} of tokens on.`,
    );
  }
  if (query.contrast) {
    const what = (query.contrast.by ?? "mean") === "mean" ? "mean activation" : "largest activation";
    const than = query.contrast.against ? " more than on the other" : "";
    const scale = relative ? " over the latent's known maximum" : "";
    notes.push(
      `Latents that fire on the first text${than}, by ${what}${scale}; tokens that an SAE was not made for do not count.`,
    );
  }
  if (query.like) {
    const { length } = query.like.texts;
    notes.push(
      `Latents that fire on ${length === 1 ? "the text" : `all ${length} texts`} and otherwise seldom: by log-likelihood ratio against their known frequency.`,
    );
  }
  return [...notes, ...scoreNotes(catalogue, query), ...storeNotes(catalogue, query)];
}

/** Whether there is anything to filter or sort by where scores are asked for. */
function scoreNotes(catalogue: Catalogue, query: CompleteQuery): string[] {
  const isAsked = [query.minOutput, query.minInput].some((it) => it !== undefined);
  if (!isAsked && query.sort !== "output" && query.sort !== "input") return [];
  const missing = catalogue.saes.filter(
    (sae, s) => !catalogue.stored[s]?.scores && (query.sae === undefined || query.sae === sae.id),
  );
  return [
    RARELY_BOTH,
    ...missing.map(
      ({ id }) =>
        `${id}: its latents were not scored yet. “steerscope scan CORPUS… --sae ${id} --scores” does it.`,
    ),
  ];
}

/** Which figures and searches rest on a feature store, and on which. */
function storeNotes(catalogue: Catalogue, query: CompleteQuery): string[] {
  const notes: string[] = [];
  for (const [s, sae] of catalogue.saes.entries()) {
    const stored = catalogue.stored[s];
    if (!stored || (query.sae !== undefined && query.sae !== sae.id)) continue;
    const what = [
      ...(query.examples?.trim() ? ["examples"] : []),
      ...(query.promotes ? ["the ten tokens that each latent raises most"] : []),
      ...(sae.frequency === null && stored.frequency ? ["frequencies"] : []),
      ...(stored.maximum && fillsMaxima(sae, stored.maximum) ? ["maxima that it came without"] : []),
    ];
    if (what.length > 0) notes.push(`${sae.id}: ${what.join(", ")} from a scan of ${stored.source}.`);
    if (query.examples?.trim() && !stored.finished)
      notes.push(`${sae.id}: the scan has not reached its end, so that examples may be missing.`);
  }
  return notes;
}

/** A maximum of 0 stands for a latent that was never seen firing. */
function fillsMaxima({ maximum }: SaeInfo, stored: Float32Array): boolean {
  return stored.some((value, feature) => value > 0 && !maximum?.[feature]);
}

/** Why nothing is found where only a feature store could look. */
export function noStore(what: "examples" | "promotes", saes: string[]): string {
  const missing =
    what === "examples"
      ? "No texts were scanned, so there are no examples to search."
      : "What decoder directions promote was not worked out yet.";
  return `${missing} “Steerscope: Scan a corpus…” or “steerscope scan CORPUS… --sae ${saes[0] ?? "S"}” does it.`;
}

/**
 * Why nothing is found by meaning, and what to do.
 * @param named what the setting says; empty where it names none
 * @param where what names it
 */
export function noEmbeddingModel(named: string, where = "the setting steerscope.embeddingModel"): string {
  const [example] = knownEmbeddingModels;
  const id = named && !isAbsolute(named) ? named : example;
  const files = "config.json tokenizer.json tokenizer_config.json onnx/model.onnx";
  const missing = named
    ? `“${named}” is no sentence-embedding model on this machine`
    : "No sentence-embedding model is in the Hub cache, so that meanings cannot be compared";
  return `${missing}: one is a folder with config.json, tokenizer.json and onnx/model.onnx, e.g. in ${snapshotsFolder(id)}. “hf download ${id} ${files}” gets it, or name a folder by ${where}; Steerscope downloads nothing.`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
