import type { FeatureQuery, FeatureSort } from "../../protocol/explore.ts";
import type { Catalogue } from "./catalogue.ts";
import type { ContrastValue } from "./contrast.ts";
import type { LikeValue } from "./likeness.ts";
import { sorted } from "./sort.ts";

/** What of a query had to be looked for elsewhere. */
export interface Found {
  contrast: Map<number, ContrastValue> | null;
  /** Latents that a store found, with how well each fits (0 is best); null where it was not asked. */
  examples: Map<number, number> | null;
  promotes: Map<number, number> | null;
  like: Map<number, LikeValue> | null;
  /** Latents by how far their answers are from those looked for. */
  alike: Map<number, number> | null;
  /** Latents by the cosine of their nearest label with what was meant. */
  meaning: Map<number, number> | null;
}

/** Nothing had to be looked for. */
export const nothingFound: Found = {
  contrast: null,
  examples: null,
  promotes: null,
  like: null,
  alike: null,
  meaning: null,
};

/** What was found for each part of the query that had to be looked for: only latents in all of them fit. */
const lookedFor = ({ contrast, examples, promotes, like, alike, meaning }: Found) =>
  [contrast, examples, promotes, like, alike, meaning].filter((it) => it !== null);

/** A query with nothing left open. */
export type CompleteQuery = FeatureQuery & { denseAbove: number; sort: FeatureSort };

/** What of a query has to be looked for elsewhere; undefined for what it does not ask. */
const lookups = ({ contrast, examples, promotes, like, alike, meaning }: FeatureQuery) => [
  contrast,
  examples?.trim() || undefined,
  promotes || undefined,
  like,
  alike,
  meaning?.trim() || undefined,
];

/** Settles what a query leaves open. */
export function complete(query: FeatureQuery, hideAboveFrequency: number): CompleteQuery {
  const isLookedFor = lookups(query).some(Boolean);
  return {
    ...query,
    denseAbove: query.denseAbove ?? hideAboveFrequency,
    sort: query.sort ?? (isLookedFor ? "match" : "index"),
  };
}

/** Whether a query leaves nothing out, so that its answer holds all latents. */
export function isWhole(query: CompleteQuery): boolean {
  const { sae, words, source, labelled, activity, minOutput, minInput } = query;
  const asked = [sae, source, labelled, activity, minOutput, minInput, ...lookups(query)];
  return asked.every((it) => it === undefined) && wordsOf(words).length === 0;
}

/** The latents that fit a query, as their numbers in the catalogue, in the query's order. */
export function list(catalogue: Catalogue, query: CompleteQuery, found: Found): Int32Array {
  const all = candidates(catalogue, query, found);
  const fits = filterOf(catalogue, query, found);
  return sorted(catalogue, fits ? all.filter(fits) : all, query, found);
}

/** The smallest set at hand that holds all that fit: a search for words need not look at what has no label. */
function candidates(catalogue: Catalogue, query: CompleteQuery, found: Found): Int32Array {
  const [named] = lookedFor(found);
  const needsLabel = wordsOf(query.words).length > 0 || query.source || query.labelled;
  if (named) return Int32Array.from(named.keys());
  if (needsLabel) return Int32Array.from(catalogue.labelled().keys());
  const all = new Int32Array(catalogue.size);
  for (let i = 0; i < all.length; i++) all[i] = i;
  return all;
}

/** null where every candidate fits. */
function filterOf(
  catalogue: Catalogue,
  { sae, words, source, labelled, activity, denseAbove, minOutput, minInput }: CompleteQuery,
  found: Found,
): ((latent: number) => boolean) | null {
  const tests: ((latent: number) => boolean)[] = [];
  if (sae !== undefined) {
    const s = catalogue.saes.findIndex(({ id }) => id === sae);
    const [from, to] = s < 0 ? [0, 0] : catalogue.range(s);
    tests.push((latent) => latent >= from && latent < to);
  }
  for (const it of lookedFor(found)) tests.push((latent) => it.has(latent));
  const all = wordsOf(words);
  if (all.length > 0) {
    const labels = catalogue.labelled();
    tests.push((latent) => {
      const text = labels.get(latent);
      return text !== undefined && all.every((word) => text.includes(word));
    });
  }
  if (source) tests.push((latent) => catalogue.labels(latent).some((it) => it.source === source));
  if (labelled !== undefined) {
    const labels = catalogue.labelled();
    tests.push((latent) => labels.has(latent) === labelled);
  }
  if (activity) {
    tests.push((latent) => {
      const frequency = catalogue.frequency(latent);
      if (frequency === null) return false;
      return activity === (frequency === 0 ? "dead" : frequency > denseAbove ? "dense" : "live");
    });
  }
  for (const [kind, least] of [
    ["output", minOutput],
    ["input", minInput],
  ] as const)
    if (least !== undefined) tests.push((latent) => (catalogue.steering(latent, kind) ?? -1) >= least);
  if (tests.length === 0) return null;
  return (latent) => tests.every((test) => test(latent));
}

function wordsOf(words: string | undefined): string[] {
  return (words ?? "").toLowerCase().split(/\s+/).filter(Boolean);
}
