import { isMap, isPair, isScalar, type Pair, type YAMLMap } from "yaml";
import type { Place, YamlReader } from "../../yaml/reader.ts";
import type { FeatureReference, ProbeReference, RecipeSource, RecipeTerm } from "./types.ts";

/** Keys of which an edit, and a term of a sum, has exactly one. */
export const sourceKeys = ["feature", "vector", "token", "probe", "sum"] as const;

const featureRemedy = "Write it as SAE/LATENT, { sae: …, latent: … } or { sae: …, label: … }.";

/** `SAE/LATENT`, `{ sae, latent }` or `{ sae, label }`. */
export function readFeature(reader: YamlReader, node: unknown, what: string): FeatureReference | null {
  const place = reader.place(node);
  const value = reader.node(isPair(node) ? node.value : node);
  if (isScalar(value)) {
    const text = String(value.value ?? "");
    const match = /^(.+)\/(\d+)$/.exec(text);
    if (match) return { sae: match[1], latent: Number(match[2]), label: null, ...place };
    return reader.wrong(place, "recipe-feature-invalid", `${what} “${text}” names no latent.`, featureRemedy);
  }
  const fields = reader.fields(node, what, ["sae", "latent", "label"]);
  if (!fields) return null;
  const [saeField, latentField, labelField] = ["sae", "latent", "label"].map((key) => fields.get(key));
  if (!saeField || !latentField === !labelField) {
    const message = `${what} needs sae and one of latent and label.`;
    return reader.wrong(place, "recipe-feature-invalid", message, featureRemedy);
  }
  const sae = reader.text(saeField, "sae");
  const latent = latentField ? reader.whole(latentField, "latent", { least: 0 }) : null;
  const label = labelField ? reader.words(labelField, "label") : null;
  if (!sae || (!latent && !label)) return null;
  return { sae: sae.value, latent: latent?.value ?? null, label: label?.value ?? null, ...place };
}

/**
 * What gives an edit, or a term of a sum, its direction.
 * @param node the mapping that holds one of {@link sourceKeys}
 */
export function readSource(
  reader: YamlReader,
  node: unknown,
  what: string,
  inSum = false,
): RecipeSource | null {
  const map = reader.node(node);
  const keys = inSum ? sourceKeys.filter((key) => key !== "sum") : sourceKeys;
  const pairs = isMap(map)
    ? map.items.filter((it) => isScalar(it.key) && (keys as readonly string[]).includes(String(it.key.value)))
    : [];
  if (pairs.length !== 1) {
    const message = `${what} names ${pairs.length === 0 ? "no direction" : "several directions"}.`;
    const remedy = `Give it exactly one of ${keys.join(", ")}.`;
    return reader.wrong(reader.place(pairs[1] ?? node), "recipe-one-direction", message, remedy);
  }
  const [pair] = pairs;
  const place = reader.place(pair);
  const key = String((pair.key as { value: unknown }).value);
  const classPair = isMap(map) ? pairOf(map, "class") : undefined;
  if (classPair && key !== "probe") {
    const message = `“class” says which of a probe's classes is meant, and ${what[0].toLowerCase()}${what.slice(1)} names no probe.`;
    const remedy = "Take it away, or write probe: NAME.";
    return reader.wrong(reader.place(classPair), "recipe-key-elsewhere", message, remedy);
  }
  switch (key) {
    case "feature": {
      const feature = readFeature(reader, pair, "The feature");
      return feature && { kind: "feature", feature, ...place };
    }
    case "vector":
      return readVector(reader, pair.value, place);
    case "token": {
      const token = reader.words(pair, "token");
      return token && { kind: "token", text: token.value, ...place };
    }
    case "probe": {
      const probe = readProbe(reader, pair, classPair);
      return probe && { kind: "probe", probe, ...place };
    }
    default:
      return readSum(reader, pair, place);
  }
}

/** A trained probe by name or path. @param classPair which of its classes is meant, where that is said */
export function readProbe(
  reader: YamlReader,
  pair: Pair,
  classPair: Pair | undefined,
): ProbeReference | null {
  const name = reader.text(pair, "probe");
  const named = classPair ? reader.words(classPair, "class") : null;
  if (!name || (classPair && !named)) return null;
  const { value, start, end } = name;
  return { name: value, class: named, start, end };
}

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((it) => isScalar(it.key) && it.key.value === key);

function readVector(reader: YamlReader, node: unknown, place: Place): RecipeSource | null {
  if (isScalar(reader.node(node))) {
    const file = reader.text(node, "vector");
    return file && { kind: "vector", file: file.value, name: null, ...place };
  }
  const fields = reader.fields(node, "vector", ["file", "name"]);
  if (!fields) return null;
  const file = reader.text(fields.get("file") ?? node, "vector.file");
  const name = fields.has("name") ? reader.words(fields.get("name"), "vector.name") : null;
  return file && { kind: "vector", file: file.value, name: name?.value ?? null, ...place };
}

function readSum(
  reader: YamlReader,
  pair: Parameters<YamlReader["list"]>[0],
  place: Place,
): RecipeSource | null {
  const items = reader.list(pair, "sum");
  if (!items) return null;
  const terms = items.map((item): RecipeTerm | null => {
    const fields = reader.fields(item, "a term of sum", [
      "feature",
      "vector",
      "token",
      "probe",
      "class",
      "weight",
    ]);
    if (!fields) return null;
    const source = readSource(reader, item, "This term of sum", true);
    const weight = fields.has("weight") ? reader.number(fields.get("weight"), "weight") : { value: 1 };
    return source && weight && { source, weight: weight.value };
  });
  if (terms.length === 0) {
    const message = "sum has no terms, so it is no direction.";
    return reader.wrong(place, "recipe-sum-empty", message, "Give it a term, or take another direction.");
  }
  const whole = terms.filter((term) => term !== null);
  return whole.length < terms.length ? null : { kind: "sum", terms: whole, ...place };
}
