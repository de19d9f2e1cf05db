import { isMap, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import { ProblemError } from "../../host/problem-error.ts";
import type { SteeringOperation, SteeringUnit } from "../../protocol/steering.ts";
import { meantChanges } from "./meant-changes.ts";
import { parseRecipe } from "./parse.ts";
import type { RecipeSource } from "./types.ts";
import {
  appendItem,
  blockItem,
  changed,
  difference,
  endOf,
  eolOf,
  flowMap,
  lineBehind,
  rangeOf,
  removeItem,
  setPair,
  type TextChange,
  type YamlValue,
} from "./yaml-text.ts";

/** An edit to be written, of a latent (`SAE/LATENT`), of a vector's file or of a trained probe's, towards one of its classes. */
export type NewEdit = ({ feature: string } | { vector: string } | { probe: string; class: string | null }) &
  NewChange;

/** What an edit does: what is left out is left out of the text too. */
export interface NewChange {
  op?: SteeringOperation;
  strength?: number;
  unit?: SteeringUnit;
  /** Stands behind the direction: what it means. */
  comment?: string | null;
}

/** The text of a new recipe. */
export function newRecipe(recipe: { name: string; model: string; saes: string[]; edits: NewEdit[] }): string {
  const { name, model, saes, edits } = recipe;
  const list = saes.length > 0 ? `saes: ${JSON.stringify(saes)}\n` : "";
  const items = edits.map((edit) => `${blockItem("  ", "\n", pairsOf(edit), edit.comment ?? null)}\n`);
  const head = `version: 1\nname: ${JSON.stringify(name)}\nmodel: ${JSON.stringify(model)}\n${list}`;
  return `${head}edits:${items.length > 0 ? `\n${items.join("")}` : " []\n"}`;
}

/** Adds an edit as the last one. @throws ProblemError where the text is no recipe */
export function addEdit(text: string, edit: NewEdit): TextChange[] {
  const pairs = pairsOf(edit);
  return checked(
    text,
    ({ root, edits }) => {
      if (isSeq(edits) && edits.items.length > 0)
        return [appendItem(text, edits, pairs, edit.comment ?? null)];
      const item = blockItem("  ", eolOf(text), pairs, edit.comment ?? null);
      const pair = root.items.find(({ key }) => (key as { value?: unknown } | null)?.value === "edits");
      if (root.flow) return [setFlow(root, edits, `[${flowMap(pairs)}]`)];
      if (!pair) return [lineBehind(text, text.length, `edits:${eolOf(text)}${item}`)];
      const colon = text.indexOf(":", rangeOf(pair.key)[1]) + 1;
      const end = Math.max(colon, endOf(pair));
      // An empty list makes room for one on several lines; a comment behind it stays.
      const room = end > colon ? [{ start: colon, end, text: "" }] : [];
      return [...room, lineBehind(text, end, item)];
    },
    (recipe) => {
      recipe.edits = [...(recipe.edits ?? []), Object.fromEntries(pairs)];
    },
  );
}

/**
 * Adds edits one behind the other; one of a feature or probe that has an edit with the same operation already changes that one's
 * strength instead, by half as much again where it is the same.
 * @throws ProblemError
 */
export function addEdits(text: string, edits: readonly NewEdit[]): TextChange[] {
  const after = edits.reduce((before, edit) => changed(before, addOrChange(before, edit)), text);
  return difference(text, after);
}

function addOrChange(text: string, edit: NewEdit): TextChange[] {
  const known = parseRecipe(text).recipe?.edits.find(
    ({ source, operation, enabled }) =>
      enabled && isSame(source, edit) && operation.value === (edit.op ?? "add"),
  );
  if (!known) return addEdit(text, edit);
  if (edit.strength === undefined || !known.strength) return [];
  const { value } = known.strength;
  const isFurther = operationGrows(edit) && value * edit.strength > 0;
  return setStrength(text, known.index, isFurther ? value * 1.5 : edit.strength);
}

function isSame(source: RecipeSource, edit: NewEdit): boolean {
  if ("feature" in edit)
    return source.kind === "feature" && `${source.feature.sae}/${source.feature.latent}` === edit.feature;
  if (!("probe" in edit) || source.kind !== "probe") return false;
  return source.probe.name === edit.probe && (source.probe.class?.value ?? null) === edit.class;
}

const operationGrows = ({ op }: NewEdit): boolean => (op ?? "add") === "add";

/** Takes the `n`-th edit out (from 0), with the comments on its own lines. @throws ProblemError */
export function removeEdit(text: string, n: number): TextChange[] {
  return checked(
    text,
    ({ root, edits }) => {
      const list = listOf(edits, n);
      const removed = list.items.length > 1 || list.flow ? [] : emptied(text, root);
      return [...removed, removeItem(text, list, n)];
    },
    (recipe) => void recipe.edits!.splice(n, 1),
  );
}

/** @throws ProblemError, as all below. */
export function setStrength(text: string, n: number, strength: number): TextChange[] {
  return setOf(text, n, "strength", Number(strength.toPrecision(4)));
}

export function setEnabled(text: string, n: number, enabled: boolean): TextChange[] {
  return setOf(text, n, "enabled", enabled);
}

export function setUnit(text: string, n: number, unit: SteeringUnit): TextChange[] {
  return setOf(text, n, "unit", unit);
}

/** Writes the least and the greatest strength that were tried. */
export function setTested(text: string, n: number, tested: readonly [number, number]): TextChange[] {
  return setOf(
    text,
    n,
    "tested",
    tested.map((it) => Number(it.toPrecision(4))),
  );
}

function setOf(text: string, n: number, key: string, value: YamlValue): TextChange[] {
  return checked(
    text,
    ({ edits }) => {
      const edit = listOf(edits, n).items[n];
      if (!isMap(edit)) throw new Error("The edit stands elsewhere.");
      return [setPair(text, edit, key, value)];
    },
    (recipe) => {
      recipe.edits![n][key] = value;
    },
  );
}

interface Parts {
  root: YAMLMap;
  edits: unknown;
}

/** A recipe as data; what it may hold besides stays as it is. */
interface RecipeData {
  edits?: Record<string, unknown>[] | null;
}

function checked(
  text: string,
  change: (parts: Parts) => TextChange[],
  meant: (recipe: RecipeData) => void,
): TextChange[] {
  try {
    return meantChanges<RecipeData>(
      text,
      ({ contents: root }) => {
        if (!isMap(root)) throw new Error("It is no recipe.");
        return change({ root, edits: root.get("edits", true) });
      },
      (recipe) => {
        meant(recipe);
        return recipe;
      },
    );
  } catch (error) {
    throw new ProblemError({
      code: "recipe-not-editable",
      message: `The recipe cannot be changed that way: ${(error as Error).message}`,
      remedy: "Change its text by hand.",
      subject: "recipe",
    });
  }
}

function listOf(edits: unknown, n: number): YAMLSeq {
  if (!isSeq(edits) || n >= edits.items.length) throw new Error(`It has no edit ${n + 1}.`);
  return edits;
}

/** Writes `edits: []` where the only edit goes. */
function emptied(text: string, root: YAMLMap): TextChange[] {
  const pair = root.items.find(({ key }) => (key as { value?: unknown } | null)?.value === "edits")!;
  const colon = text.indexOf(":", rangeOf(pair.key)[1]) + 1;
  return [{ start: colon, end: colon, text: " []" }];
}

function setFlow(root: YAMLMap, edits: unknown, list: string): TextChange {
  if (isSeq(edits)) {
    const [start, end] = rangeOf(edits);
    return { start, end, text: list };
  }
  const end = endOf(root.items.at(-1));
  return { start: end, end, text: `, edits: ${list}` };
}

function directionOf(edit: NewEdit): (readonly [string, YamlValue])[] {
  if ("feature" in edit) return [["feature", edit.feature]];
  if ("vector" in edit) return [["vector", edit.vector]];
  return [["probe", edit.probe], ...(edit.class === null ? [] : [["class", edit.class] as const])];
}

function pairsOf(edit: NewEdit): (readonly [string, YamlValue])[] {
  const { op, strength, unit } = edit;
  return [
    ...directionOf(edit),
    ...(op && op !== "add" ? [["op", op] as const] : []),
    ...(strength === undefined ? [] : [["strength", strength] as const]),
    ...(unit ? [["unit", unit] as const] : []),
  ];
}
