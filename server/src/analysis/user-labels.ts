import { isMap, parseDocument } from "yaml";
import { LABEL_FILE, type LabelEvidence } from "../protocol/feature.ts";

export const LONGEST_LABEL = 500;

const heading = ` Labels of features, written by people: model → SAE → feature → label.`;
const shapeNeeded = `It holds “model: { SAE: { feature: label } }”`;

export interface LabelPlace {
  model: string;
  sae: string;
  feature: number;
}

/**
 * The user's label in the text of a label file; null where there is none.
 * @throws Error saying what is wrong with the file
 */
export function readUserLabel(text: string, { model, sae, feature }: LabelPlace): LabelEvidence | null {
  const value = parsed(text).getIn([model, sae, feature]);
  if (typeof value !== "string" || value.trim() === "") return null;
  return userLabel(value);
}

/**
 * All labels of one model in the text of a label file, by SAE and feature; what is no label is left out.
 * @throws Error saying what is wrong with the file
 */
export function readUserLabels(text: string, model: string): Map<string, Map<number, LabelEvidence>> {
  const saes = parsed(text).toJS({ mapAsMap: true })?.get(model) as Map<unknown, Map<unknown, unknown>>;
  const found = new Map<string, Map<number, LabelEvidence>>();
  for (const [sae, features] of saes ?? []) {
    const own = new Map<number, LabelEvidence>();
    for (const [feature, label] of features) {
      if (typeof feature !== "number" || typeof label !== "string" || label.trim() === "") continue;
      own.set(feature, userLabel(label));
    }
    found.set(String(sae), own);
  }
  return found;
}

function userLabel(text: string): LabelEvidence {
  return { text, source: "user", maker: LABEL_FILE, scores: {}, from: null };
}

/**
 * The text of a label file with one label set, or taken away where it is empty; comments and all else stay as they are.
 * @throws Error saying what is wrong with the file
 */
export function withUserLabel(text: string, { model, sae, feature }: LabelPlace, label: string): string {
  const document = parsed(text);
  const line = label.trim().replace(/\s+/g, " ").slice(0, LONGEST_LABEL);
  if (line === "") {
    document.deleteIn([model, sae, feature]);
    for (const path of [[model, sae], [model]]) {
      const left = document.getIn(path);
      if (isMap(left) && left.items.length === 0) document.deleteIn(path);
    }
  } else if (isMap(document.getIn([model, sae]))) {
    document.setIn([model, sae, feature], line);
  } else {
    // Left to itself the library takes a number in a path for an index of a list.
    document.setIn([model, sae], document.createNode(new Map([[feature, line]])));
  }
  if (text.trim() === "") document.commentBefore = heading;
  // One label a line, however long: that is what reviews and merges go by.
  return document.toString({ lineWidth: 0 });
}

function parsed(text: string) {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new Error(document.errors[0].message.split("\n")[0]);
  if (document.contents === null) return document;
  const isFlat = (node: unknown) => !isMap(node);
  if (isFlat(document.contents)) throw new Error(shapeNeeded);
  const models = isMap(document.contents) ? document.contents.items : [];
  const inner = models.flatMap(({ value }) => (isMap(value) ? value.items.map((it) => it.value) : [value]));
  if (inner.some(isFlat)) throw new Error(shapeNeeded);
  return document;
}
