import type { FeatureQuery, FeatureSort } from "../../protocol/explore.ts";
import type { Catalogue } from "./catalogue.ts";
import type { ContrastValue } from "./contrast.ts";

/** What of a query had to be looked for elsewhere. */
export interface Found {
  contrast: Map<number, ContrastValue> | null;
  /** Latents that a store found, with how well each fits (0 is best); null where it was not asked. */
  examples: Map<number, number> | null;
  promotes: Map<number, number> | null;
}

/** A query with nothing left open. */
export type CompleteQuery = FeatureQuery & { denseAbove: number; sort: FeatureSort };

/** Settles what a query leaves open. */
export function complete(query: FeatureQuery, hideAboveFrequency: number): CompleteQuery {
  const { contrast, examples, promotes } = query;
  const isLookedFor = Boolean(contrast || examples?.trim() || promotes);
  return {
    ...query,
    denseAbove: query.denseAbove ?? hideAboveFrequency,
    sort: query.sort ?? (isLookedFor ? "match" : "index"),
  };
}

/** The latents that fit a query, as their numbers in the catalogue, in the query's order. */
export function list(catalogue: Catalogue, query: CompleteQuery, found: Found): Int32Array {
  const latents = candidates(catalogue, query, found).filter(filterOf(catalogue, query, found));
  return sorted(catalogue, latents, query, found);
}

/** The smallest set at hand that holds all that fit: a search for words need not look at what has no label. */
function candidates(catalogue: Catalogue, query: CompleteQuery, found: Found): Int32Array {
  const [named] = [found.contrast, found.examples, found.promotes].filter((it) => it !== null);
  const needsLabel = wordsOf(query.words).length > 0 || query.source || query.labelled;
  if (named) return Int32Array.from(named.keys());
  if (needsLabel) return Int32Array.from(catalogue.labelled().keys());
  return Int32Array.from({ length: catalogue.size }, (_, i) => i);
}

function filterOf(
  catalogue: Catalogue,
  { sae, words, source, labelled, activity, denseAbove }: CompleteQuery,
  found: Found,
): (latent: number) => boolean {
  const tests: ((latent: number) => boolean)[] = [];
  if (sae !== undefined) {
    const s = catalogue.saes.findIndex(({ id }) => id === sae);
    const [from, to] = s < 0 ? [0, 0] : catalogue.range(s);
    tests.push((latent) => latent >= from && latent < to);
  }
  for (const it of [found.contrast, found.examples, found.promotes])
    if (it) tests.push((latent) => it.has(latent));
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
  return (latent) => tests.every((test) => test(latent));
}

function wordsOf(words: string | undefined): string[] {
  return (words ?? "").toLowerCase().split(/\s+/).filter(Boolean);
}

/** What is sorted by: a figure, largest first, or a text; null is not known and comes last either way. */
function keyOf(
  catalogue: Catalogue,
  sort: FeatureSort,
  found: Found,
): (latent: number) => number | string | null {
  if (sort === "label") return (latent) => catalogue.label(latent)?.toLowerCase() ?? null;
  if (sort === "frequency") return (latent) => negative(catalogue.frequency(latent));
  if (sort === "maximum") return (latent) => negative(catalogue.maximum(latent));
  if (sort === "score") return (latent) => negative(catalogue.score(latent));
  const ranked = found.promotes ?? found.examples;
  if (sort === "match" && found.contrast) {
    const { contrast } = found;
    return (latent) => contrast.get(latent)?.rank ?? null;
  }
  if (sort === "match" && ranked) return (latent) => ranked.get(latent) ?? null;
  return (latent) => latent;
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}

function sorted(catalogue: Catalogue, latents: Int32Array, query: CompleteQuery, found: Found): Int32Array {
  const keys = new Map<number, number | string | null>();
  const key = keyOf(catalogue, query.sort, found);
  for (const latent of latents) keys.set(latent, key(latent));
  const way = query.reversed ? -1 : 1;
  return latents.sort((a, b) => {
    const [x, y] = [keys.get(a)!, keys.get(b)!];
    if (x === y) return a - b;
    if (x === null || y === null) return x === null ? 1 : -1;
    return x < y ? -way : way;
  });
}
