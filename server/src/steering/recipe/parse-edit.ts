import type { Pair } from "yaml";
import type { Located } from "../../analysis/prompts/index.ts";
import type { SteeringOperation, SteeringUnit } from "../../protocol/steering.ts";
import type { Fields, Place, YamlReader } from "../../yaml/reader.ts";
import { readConditions } from "./parse-conditions.ts";
import { readPlaces } from "./parse-places.ts";
import { readSource, sourceKeys } from "./parse-source.ts";
import type { RecipeEdit } from "./types.ts";

export const operations = ["add", "scale", "clamp", "ablate", "project", "cap"] as const;
export const units = ["residual", "maximum", "raw"] as const;
/** Every key of an edit, in the order that the reference lists them. */
export const editKeys = [
  ...sourceKeys,
  ...["class", "op", "strength", "to", "unit", "hook", "layers", "onlyFiring", "where", "when", "tested"],
  "enabled",
];

/** One entry of `edits`; null, with its problems told, where it is not usable. */
export function readEdit(reader: YamlReader, node: unknown, index: number): RecipeEdit | null {
  const fields = reader.fields(node, "an edit", editKeys);
  if (!fields) return null;
  const place = reader.place(node);
  const source = readSource(reader, node, "This edit");
  const op = reader.optional(fields, "op", (it) => reader.choice(it, "op", operations));
  const named: Located<SteeringOperation> = op ?? { value: "add", ...place };
  const strength = op === null ? null : readStrength(reader, fields, named.value, place);
  const to = reader.optional(fields, "to", (it) => readTo(reader, it, named.value));
  const unit = reader.optional(fields, "unit", (it) => reader.choice<SteeringUnit>(it, "unit", units));
  const hooks = readHooks(reader, fields);
  const onlyFiring = reader.optional(fields, "onlyFiring", (it) => reader.truth(it, "onlyFiring"));
  const where = readPlaces(reader, fields.get("where"));
  const when = readConditions(reader, fields.get("when"));
  const tested = reader.optional(fields, "tested", (it) => readTested(reader, it));
  const enabled = reader.optional(fields, "enabled", (it) => reader.truth(it, "enabled"));
  const parts = [source, op, to, unit, hooks, onlyFiring, where, when, tested, enabled];
  if (parts.includes(null) || !strength || !source || !where || !when) return null;
  if (tested && strength.value && !(strength.value.value >= tested[0] && strength.value.value <= tested[1]))
    reader.wrong(
      strength.value,
      "recipe-untested",
      `The strength ${strength.value.value} lies outside what was tried (${tested[0]} to ${tested[1]}).`,
      "Take a strength from there, or try this one (“checks”) and widen tested.",
      "warning",
    );
  return {
    index,
    source,
    operation: named,
    strength: strength.value,
    to: to ?? "zero",
    unit: unit ?? null,
    hooks: hooks ?? null,
    onlyFiring: onlyFiring ?? null,
    where,
    when,
    tested: tested ?? null,
    enabled: enabled?.value ?? true,
    ...place,
  };
}

/** The strength, which ablations and projections do not have and all else needs; null where that is not so. */
function readStrength(
  reader: YamlReader,
  fields: Fields,
  operation: SteeringOperation,
  place: Place,
): { value: Located<number> | null } | null {
  const pair = fields.get("strength");
  if (operation === "ablate" || operation === "project") {
    if (!pair) return { value: null };
    const message = `An edit that ${operation}s has no strength.`;
    return reader.wrong(reader.place(pair), "recipe-strength-needless", message, "Take the strength away.");
  }
  if (!pair) {
    const message = `This edit (${operation}) has no strength.`;
    return reader.wrong(
      place,
      "recipe-strength-missing",
      message,
      `Give it one, such as strength: ${usual(operation)}.`,
    );
  }
  const strength = reader.number(pair, "strength");
  return strength && { value: strength };
}

const usual = (operation: SteeringOperation): string => (operation === "add" ? "0.5" : "1");

function readTo(reader: YamlReader, pair: Pair, operation: SteeringOperation): "zero" | "mean" | null {
  const found = reader.choice(pair, "to", ["zero", "mean"] as const);
  if (!found || operation === "ablate") return found?.value ?? null;
  const message = `“to” says what ablation leaves, and this edit's op is ${operation}.`;
  return reader.wrong(
    reader.place(pair),
    "recipe-key-elsewhere",
    message,
    "Take it away, or write op: ablate.",
  );
}

/** `hook` or `layers`: undefined where the source is to say it. */
function readHooks(reader: YamlReader, fields: Fields): Located<string>[] | null | undefined {
  const [hook, layers] = [fields.get("hook"), fields.get("layers")];
  if (hook && layers) {
    const message = "This edit has both hook and layers.";
    return reader.wrong(reader.place(layers), "recipe-one-place", message, "Keep one of them.");
  }
  if (hook) {
    const found = reader.text(hook, "hook");
    return found && [found];
  }
  if (!layers) return undefined;
  const items = reader.list(layers, "layers")?.map((it) => reader.whole(it, "A layer", { least: 0 }));
  if (!items || items.includes(null)) return null;
  if (items.length === 0) {
    const message = "layers is empty, so the edit is nowhere.";
    return reader.wrong(reader.place(layers), "recipe-reaches-nothing", message, "Name a layer, from 0.");
  }
  return items.map((it) => ({ ...it!, value: `blocks.${it!.value}.hook_resid_post` }));
}

function readTested(reader: YamlReader, pair: Pair): [number, number] | null {
  const ends = reader.list(pair, "tested")?.map((it) => reader.number(it, "An end of tested"));
  if (!ends || ends.includes(null)) return null;
  const values = ends.map((it) => it!.value);
  if (values.length === 2 && values[0] <= values[1]) return [values[0], values[1]];
  const message = "tested is not the least and the greatest strength that were tried.";
  return reader.wrong(reader.place(pair), "recipe-wrong-kind", message, "Write it as [LEAST, GREATEST].");
}
