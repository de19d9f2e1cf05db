/** What a link to a feature names. */
export interface FeatureLink {
  model: string;
  sae: string;
  feature: number;
}

const longest = 500;

/** A link that opens a feature in an editor with this extension. */
export function linkTo({ model, sae, feature }: FeatureLink, scheme: string, extensionId: string): string {
  return `${scheme}://${extensionId}/feature?model=${value(model)}&sae=${value(sae)}&feature=${feature}`;
}

/**
 * Reads a link's path and query, as VS Code hands them on: decoded once.
 * @returns null for anything else than a link to a feature
 */
export function readLink({ path, query }: { path: string; query: string }): FeatureLink | null {
  if (path !== "/feature") return null;
  const values = new Map(query.split("&").map((part) => part.split("=", 2) as [string, string | undefined]));
  const read = (key: string) => decoded(values.get(key) ?? "");
  const [model, sae, feature] = [read("model"), read("sae"), read("feature")];
  const fits = (text: string) => text !== "" && text.length <= longest;
  if (!fits(model) || !fits(sae) || !/^\d{1,9}$/.test(feature)) return null;
  return { model, sae, feature: Number(feature) };
}

/** What would end a value is encoded twice: VS Code decodes the query before anybody can take it apart. */
function value(text: string): string {
  return encodeURIComponent(text.replace(/[%&=+#]/g, encodeURIComponent));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
