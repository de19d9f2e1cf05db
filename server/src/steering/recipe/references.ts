import type { FeatureReference, ProbeReference, Recipe, RecipeSource } from "./types.ts";

/** Every latent that a recipe names: in directions and their sums, in conditions and in checks. */
export function referencesIn({ edits, checks }: Recipe): FeatureReference[] {
  const expected = checks.flatMap(({ expect }) =>
    expect.flatMap((it) => (it.kind === "latent" ? [it.feature] : [])),
  );
  const edited = edits.flatMap(({ source, when }) => [
    ...inSource(source),
    ...when.flatMap((it) => ("feature" in it ? [it.feature] : [])),
  ]);
  return [...edited, ...expected];
}

function inSource(source: RecipeSource): FeatureReference[] {
  if (source.kind === "feature") return [source.feature];
  return source.kind === "sum" ? source.terms.flatMap((term) => inSource(term.source)) : [];
}

/** Every trained probe that a recipe names: in directions and their sums, and in conditions. */
export function probesIn({ edits }: Pick<Recipe, "edits">): ProbeReference[] {
  return edits.flatMap(({ source, when }) => [
    ...probesOf(source),
    ...when.flatMap((it) => ("probe" in it ? [it.probe] : [])),
  ]);
}

function probesOf(source: RecipeSource): ProbeReference[] {
  if (source.kind === "probe") return [source.probe];
  return source.kind === "sum" ? source.terms.flatMap((term) => probesOf(term.source)) : [];
}
