import type { DatabaseSync } from "node:sqlite";

/** Figures of one latent that somebody else measured; what they did not say is null. */
export interface ImportedFigures {
  tokens: number | null;
  frequency: number | null;
  maximum: number | null;
  histogram: { edges: number[]; counts: number[] } | null;
}

/** What was imported of a latent; null where nothing was. */
export function importedFigures(db: DatabaseSync, sae: number, feature: number): ImportedFigures | null {
  const row = db.prepare("SELECT figures FROM imported WHERE sae = ? AND feature = ?").get(sae, feature);
  return row ? JSON.parse(String(row.figures)) : null;
}

/** Mean activation where a latent fires, as its histogram has it; 0 without one. */
export function meanOf({ histogram }: ImportedFigures): number {
  if (!histogram) return 0;
  let [sum, count] = [0, 0];
  histogram.counts.forEach((n, bin) => {
    count += n;
    sum += (n * (histogram.edges[bin] + histogram.edges[bin + 1])) / 2;
  });
  return count > 0 ? sum / count : 0;
}

/** What a reader of the figures must know. */
export function notesOn(figures: ImportedFigures | null): string[] {
  if (!figures) return [];
  const notes = ["Its figures were imported, not measured here; the mean is taken from the histogram."];
  if (figures.tokens === null)
    notes.push("What was imported does not say how many tokens it was measured on.");
  if (figures.frequency === null) notes.push("What was imported does not say how often it fires.");
  return notes;
}
