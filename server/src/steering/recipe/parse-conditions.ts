import { isSeq, type Pair } from "yaml";
import type { Fields, YamlReader } from "../../yaml/reader.ts";
import { readFeature, readProbe } from "./parse-source.ts";
import type { RecipeCondition } from "./types.ts";

/** `when`: one condition, or a list of which all must hold. */
export function readConditions(reader: YamlReader, pair: Pair | undefined): RecipeCondition[] | null {
  if (!pair) return [];
  const value = reader.node(pair.value);
  const items = isSeq(value) ? value.items : [pair.value];
  const conditions = items.map((item) => readCondition(reader, item));
  return conditions.includes(null) ? null : (conditions as RecipeCondition[]);
}

function readCondition(reader: YamlReader, node: unknown): RecipeCondition | null {
  const fields = reader.fields(node, "when", ["feature", "probe", "class", "above", "below", "release"]);
  if (!fields) return null;
  const place = reader.place(node);
  const isProbe = fields.has("probe");
  const bounds = ["above", "below"].filter((key) => fields.has(key));
  if (fields.has("feature") === isProbe || bounds.length !== 1 || (fields.has("class") && !isProbe))
    return reader.wrong(
      place,
      "recipe-condition-invalid",
      "A condition needs a feature or a probe, and one of above and below.",
      "Write it as { feature: SAE/LATENT, above: ACTIVATION } or { probe: NAME, above: PROBABILITY }.",
    );
  const of = isProbe ? probeOf(reader, fields) : featureOf(reader, fields);
  const [key] = bounds as ["above" | "below"];
  // No activation is below 0; a probe's number may be.
  const range = isProbe ? {} : { least: 0 };
  const bound = reader.number(fields.get(key), `when.${key}`, range);
  const release = reader.optional(fields, "release", (it) => reader.number(it, "when.release", range));
  if (!of || !bound || release === null) return null;
  const isBehind =
    key === "above" ? release && release.value > bound.value : release && release.value < bound.value;
  if (isBehind)
    reader.wrong(
      release!,
      "recipe-condition-invalid",
      `when.release is ${release!.value}, where the condition (${key} ${bound.value}) does not even hold.`,
      `Give a ${key === "above" ? "lower" : "higher"} ${isProbe ? "value" : "activation"} than ${key}.`,
    );
  return { ...of, [key]: bound.value, ...(release && { release: release.value }), ...place };
}

function featureOf(reader: YamlReader, fields: Fields) {
  const feature = readFeature(reader, fields.get("feature"), "The feature of when");
  return feature && { feature };
}

function probeOf(reader: YamlReader, fields: Fields) {
  const probe = readProbe(reader, fields.get("probe")!, fields.get("class"));
  return probe && { probe };
}
