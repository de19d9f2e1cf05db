import { type Document, isAlias, isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";

/** A part of a label file's text that has a place in it. */
export type Placed = { range?: [number, number, number] | null };

const shapeNeeded = `It holds “model: { SAE: { feature: label } }”`;

/**
 * The text of a label file as a tree of pairs: models, their SAEs, their features. Every scalar in it is its text: whether
 * someone wrote 7 or "7" for an SAE, or a year for a label, makes no difference.
 * @throws Error saying what is wrong with the file
 */
export function parseLabels(text: string): Document {
  const document = parseDocument(text, { schema: "failsafe" });
  if (document.errors.length > 0) throw new Error(document.errors[0].message.split("\n")[0]);
  const models = children(document.contents);
  for (const { value } of models) for (const sae of children(value)) children(sae.value);
  return document;
}

/** Whether nothing is written at a place: an empty value, or `~` or `null` as a plain word. */
export function isNothing(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  return isScalar(node) && node.type === "PLAIN" && ["", "~", "null"].includes(String(node.value));
}

/**
 * What stands in a map; nothing written is an empty one.
 * @throws Error where something else than a map stands
 */
export function children(node: unknown): Pair[] {
  if (isNothing(node)) return [];
  if (!isMap(node)) throw new Error(shapeNeeded);
  return (node as YAMLMap).items;
}

/** The pair at a path of keys, as far as there is one for each. */
export function findPath(document: Document, path: readonly string[]): Pair[] {
  const found: Pair[] = [];
  let node: unknown = document.contents;
  for (const key of path) {
    const pair = children(node).find((it) => keyOf(it) === key);
    if (!pair) break;
    found.push(pair);
    node = pair.value;
  }
  return found;
}

export function keyOf({ key }: Pair): string | null {
  return isScalar(key) ? String(key.value) : null;
}

/** The label that a value stands for, on one line; empty where it is none. */
export function labelIn(document: Document, value: unknown): string {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isScalar(node) && !isNothing(node) ? oneLine(String(node.value)) : "";
}

/** A label as it is kept: one line, whatever was typed. */
export function oneLine(label: string): string {
  return label.trim().replace(/\s+/g, " ");
}
