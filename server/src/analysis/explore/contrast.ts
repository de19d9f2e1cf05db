import type { Contrast, ContrastPlace } from "../../protocol/explore.ts";
import type { DocumentAnalysis } from "../document.ts";
import type { Catalogue } from "./catalogue.ts";

/** Activations of one latent on the two texts of a contrast, in the SAE's own units. */
export interface ContrastValue {
  on: number;
  against: number;
  /** The smaller, the better it tells the texts apart. */
  rank: number;
}

/** A text of a contrast: an analysed document, and which of its tokens are meant. */
export interface ContrastSide {
  document: DocumentAnalysis;
  tokens: readonly number[];
}

/** The tokens that stand in one of the places, or touch it. */
export function tokensIn(document: DocumentAnalysis, places: ContrastPlace[]): number[] {
  const spans = places.map(({ range }) => [
    document.lines.offset(range.start),
    document.lines.offset(range.end),
  ]);
  const { starts, ends } = document;
  return [...document.visible].filter((t) => spans.some(([from, to]) => starts[t] < to && ends[t] > from));
}

/** The first place at which another text stands than when it was chosen; null where all stand as they did. */
export function movedPlace({ lines }: DocumentAnalysis, places: ContrastPlace[]): ContrastPlace | null {
  const stands = ({ range, text }: ContrastPlace) =>
    lines.text.slice(lines.offset(range.start), lines.offset(range.end)) === text;
  return places.find((place) => !stands(place)) ?? null;
}

/**
 * The latents that fire more on one text than on another, by their number in the catalogue.
 * @param against null: what fires at all is compared with nothing
 * @param relative measure in shares of known maxima, as hovers rank by default: SAEs and latents differ in their units
 */
export function contrast(
  catalogue: Catalogue,
  on: ContrastSide,
  against: ContrastSide | null,
  { by, relative }: { by: NonNullable<Contrast["by"]>; relative: boolean },
): Map<number, ContrastValue> {
  const [more, less] = [strengths(catalogue, on, by), against && strengths(catalogue, against, by)];
  const values = new Map<number, ContrastValue>();
  for (const [latent, strength] of more) {
    const other = less?.get(latent) ?? 0;
    if (strength <= other) continue;
    const rank = rankOf(strength - other, relative ? catalogue.maximum(latent) : 1);
    values.set(latent, { on: strength, against: other, rank });
  }
  return values;
}

/** Largest share of the scale first; a latent without one has nothing to compare with, and comes behind those that have. */
function rankOf(difference: number, scale: number | null): number {
  return scale === null ? 1 / difference : -difference / scale;
}

/** How strongly each latent fires on the tokens of a text; tokens that its SAE was not made for count for nothing. */
function strengths(
  catalogue: Catalogue,
  { document, tokens }: ContrastSide,
  by: NonNullable<Contrast["by"]>,
): Map<number, number> {
  const found = new Map<number, number>();
  catalogue.saes.forEach(({ id }, s) => {
    const sparse = document.analysis.saes[document.description.saes.findIndex((it) => it.id === id)];
    if (!sparse) return;
    const counted = tokens.filter((t) => !sparse.outside[t]);
    for (const t of counted) {
      for (let i = sparse.rows[t]; i < sparse.rows[t + 1]; i++) {
        const latent = catalogue.numberOf(s, sparse.indices[i]);
        const before = found.get(latent) ?? 0;
        const value = sparse.values[i];
        found.set(latent, by === "mean" ? before + value / counted.length : Math.max(before, value));
      }
    }
  });
  return found;
}
