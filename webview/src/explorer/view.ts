import type { FeatureQuery, FeatureSort, FeaturesAnswer } from "../../../server/src/protocol/explore.ts";

/** What a list is sorted by where the query names nothing, as the server has it. */
export function sortOf({
  sort,
  contrast,
  examples,
  promotes,
  like,
  alike,
  meaning,
}: FeatureQuery): FeatureSort {
  return sort ?? (contrast || examples || promotes || like || alike || meaning ? "match" : "index");
}

/** Whether what fits depends on the text of the file. */
export function readsFile({ contrast }: FeatureQuery): boolean {
  return [contrast?.on, contrast?.against].some((it) => it !== undefined && "places" in it);
}

/** Whether each row has something to say of how it fits. */
export function isMeasured({ contrast, like, alike, meaning }: FeatureQuery): boolean {
  return Boolean(contrast || like || alike || meaning);
}

/** Whether a query leaves features out. */
export function isFiltered({ sort, reversed, denseAbove, ...filters }: FeatureQuery): boolean {
  return Object.values(filters).some((it) => it !== undefined);
}

export function totalText({ total, of, model }: Pick<FeaturesAnswer, "total" | "of" | "model">): string {
  const all = of.toLocaleString("en");
  return total === of
    ? `${all} features of ${model}`
    : `${total.toLocaleString("en")} of ${all} features of ${model}`;
}

/** Why the list is empty, and what to do. */
export function emptyText(
  { of, saes, model }: Pick<FeaturesAnswer, "of" | "saes" | "model">,
  query: FeatureQuery,
): string {
  if (saes.length === 0) return `No SAE is set for ${model}. The setting steerscope.saes names SAEs.`;
  if (query.sae !== undefined && !saes.some(({ id }) => id === query.sae))
    return `${model} is used without the SAE “${query.sae}” here. Choose another SAE.`;
  return `None of the ${of.toLocaleString("en")} features fits.`;
}
