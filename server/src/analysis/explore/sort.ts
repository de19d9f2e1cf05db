import type { FeatureSort } from "../../protocol/explore.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CompleteQuery, Found } from "./list.ts";

/**
 * The latents in a query's order; those of the same worth by their numbers, those of unknown worth last either way. A set-up
 * may have hundreds of thousands, and hovers wait meanwhile: their worth is looked up once, and numbers are sorted as numbers.
 */
export function sorted(
  catalogue: Catalogue,
  latents: Int32Array,
  { sort, reversed = false }: Pick<CompleteQuery, "sort" | "reversed">,
  found: Found,
): Int32Array {
  latents.sort();
  const worth = worthOf(catalogue, latents, sort, found);
  if (!worth) return reversed ? latents.reverse() : latents;
  const way = reversed ? -1 : 1;
  const keys = new Float64Array(latents.length);
  let known = 0;
  const last: number[] = [];
  for (const latent of latents) {
    const key = worth(latent);
    if (key === null) last.push(latent);
    else {
      latents[known] = latent;
      keys[known++] = way * key;
    }
  }
  const order = new Uint32Array(known);
  for (let i = 0; i < known; i++) order[i] = i;
  order.sort((a, b) => keys[a] - keys[b] || a - b);
  const ordered = new Int32Array(latents.length);
  for (let i = 0; i < known; i++) ordered[i] = latents[order[i]];
  ordered.set(last, known);
  return ordered;
}

/** What is sorted by, the smallest first; null where that are the latents' own numbers. */
function worthOf(
  catalogue: Catalogue,
  latents: Int32Array,
  sort: FeatureSort,
  found: Found,
): ((latent: number) => number | null) | null {
  if (sort === "label") return placesOfLabels(catalogue, latents);
  if (sort === "frequency") return (latent) => negative(catalogue.frequency(latent));
  if (sort === "maximum") return (latent) => negative(catalogue.maximum(latent));
  if (sort === "score") return (latent) => negative(catalogue.score(latent));
  if (sort === "output" || sort === "input") return (latent) => negative(catalogue.steering(latent, sort));
  if (sort !== "match") return null;
  const values = found.like ?? found.contrast;
  if (values) return (latent) => values.get(latent)?.rank ?? null;
  const { meaning } = found;
  if (meaning && !found.alike) return (latent) => negative(meaning.get(latent) ?? null);
  const ranked = found.alike ?? found.promotes ?? found.examples;
  return ranked && ((latent) => ranked.get(latent) ?? null);
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}

/** Labels by their place in the alphabet: texts are compared once each, not once a latent. */
function placesOfLabels(catalogue: Catalogue, latents: Int32Array): (latent: number) => number | null {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  const textOf = new Int32Array(catalogue.size).fill(-1);
  for (const latent of latents) {
    const label = catalogue.label(latent)?.toLowerCase();
    if (label === undefined) continue;
    let number = numbers.get(label);
    if (number === undefined) {
      number = texts.push(label) - 1;
      numbers.set(label, number);
    }
    textOf[latent] = number;
  }
  const places = new Int32Array(texts.length);
  [...texts].sort().forEach((label, place) => {
    places[numbers.get(label)!] = place;
  });
  return (latent) => (textOf[latent] < 0 ? null : places[textOf[latent]]);
}
