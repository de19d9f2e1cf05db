import type { FeatureReference, Recipe, RecipeSource } from "./types.ts";

/** Every latent that a recipe names: in directions and their sums, in conditions and in checks. */
export function referencesIn({ edits, checks }: Recipe): FeatureReference[] {
  const expected = checks.flatMap(({ expect }) =>
    expect.flatMap((it) => (it.kind === "latent" ? [it.feature] : [])),
  );
  const edited = edits.flatMap(({ source, when }) => [...inSource(source), ...when.map((it) => it.feature)]);
  return [...edited, ...expected];
}

function inSource(source: RecipeSource): FeatureReference[] {
  if (source.kind === "feature") return [source.feature];
  return source.kind === "sum" ? source.terms.flatMap((term) => inSource(term.source)) : [];
}
