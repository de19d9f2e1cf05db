import { parseYaml } from "../../analysis/prompts/yaml.ts";
import { namedSetup, readNamedSetup } from "../../yaml/named-setup.ts";
import { YamlReader } from "../../yaml/reader.ts";
import { readCheck } from "./parse-check.ts";
import { readEdit } from "./parse-edit.ts";
import type { ParsedRecipe, Recipe } from "./types.ts";

export const recipeKeys = ["version", "name", "description", "model", "saes", "edits", "checks"];

/** UTF-16 units of a recipe that are read; more is another kind of file. */
const LONGEST = 1_000_000;

/**
 * Reads a recipe's text as far as that goes without a model. Never throws; what is not usable becomes a problem at its place,
 * and the rest is still read. Places are UTF-16 offsets.
 */
export function parseRecipe(text: string): ParsedRecipe {
  // An empty text is no broken YAML, and a mapping is asked for below.
  const yaml = parseYaml(text.slice(0, LONGEST), 0);
  const reader = new YamlReader(yaml, "recipe");
  const { problems } = reader;
  const named = namedSetup(yaml, "recipe");
  const start = { start: 0, end: Math.min(1, text.length) };
  const nothing = (code: string, message: string, remedy: string): ParsedRecipe => {
    reader.wrong(start, code, message, remedy);
    return { recipe: null, named, problems };
  };
  if (text.length > LONGEST)
    return nothing(
      "recipe-too-large",
      `A recipe has at most ${LONGEST.toLocaleString("en")} characters.`,
      "Give a smaller file.",
    );
  if (problems.length > 0) return { recipe: null, named, problems };
  if (text.trim() === "" || reader.root === null)
    return nothing("recipe-empty", "The recipe is empty.", "Begin it with version: 1 and a list edits.");
  const fields = reader.fields(reader.root, "a recipe", recipeKeys);
  if (!fields) return { recipe: null, named, problems };

  const version = reader.optional(fields, "version", (it) => reader.number(it, "version"));
  if (version === undefined)
    return nothing("recipe-version", "The recipe names no version.", "Add a line version: 1.");
  if (version?.value !== 1) {
    if (version)
      reader.wrong(
        version,
        "recipe-version",
        `This is a recipe of version ${version.value}; only version 1 is known here.`,
        "Write version: 1, or take a newer Steerscope.",
      );
    return { recipe: null, named, problems };
  }
  const texts = (key: string) => reader.optional(fields, key, (it) => reader.words(it, key))?.value ?? null;
  const recipe: Recipe = {
    name: texts("name"),
    description: texts("description"),
    ...readNamedSetup(reader, fields.get("model"), fields.get("saes")),
    edits: [],
    checks: [],
  };
  const edits = fields.get("edits");
  if (!edits) {
    reader.wrong(
      start,
      "recipe-no-edits",
      "The recipe has no list edits.",
      "Add one, empty if need be: edits: [].",
    );
  } else recipe.edits = reader.list(edits, "edits")?.flatMap((it, i) => readEdit(reader, it, i) ?? []) ?? [];
  const checks = fields.get("checks");
  if (checks)
    recipe.checks = reader.list(checks, "checks")?.flatMap((it, i) => readCheck(reader, it, i) ?? []) ?? [];
  return { recipe, named, problems };
}
