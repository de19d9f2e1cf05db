import { LABEL_FILE, type LabelEvidence } from "../protocol/feature.ts";
import { insertedAt, withoutPair, withValue } from "./label-edits.ts";
import { children, findPath, isNothing, keyOf, labelIn, oneLine, parseLabels } from "./label-tree.ts";

const heading = "# Labels of features, written by people: model → SAE → feature → label.";

export interface LabelPlace {
  model: string;
  sae: string;
  feature: number;
}

/** The user's labels of one model, by SAE and feature. */
export type UserLabels = Map<string, Map<number, LabelEvidence>>;

/**
 * All labels of one model in the text of a label file, by SAE and feature; what is no label is left out.
 * @throws Error saying what is wrong with the file
 */
export function readUserLabels(text: string, model: string): UserLabels {
  const document = parseLabels(text);
  const found: UserLabels = new Map();
  const [own] = findPath(document, [model]);
  for (const sae of children(own?.value)) {
    const labels = new Map<number, LabelEvidence>();
    for (const pair of children(sae.value)) {
      const feature = keyOf(pair) ?? "";
      const label = labelIn(document, pair.value);
      if (/^(0|[1-9]\d*)$/.test(feature) && label !== "") labels.set(Number(feature), userLabel(label));
    }
    found.set(keyOf(sae) ?? "", labels);
  }
  return found;
}

function userLabel(text: string): LabelEvidence {
  return { text, source: "user", maker: LABEL_FILE, scores: {}, from: null };
}

/**
 * The text of a label file with one label set, or taken away where it is empty. Only that label's own stretch of the text
 * changes (with the names of an SAE and a model that have no label left): comments, line ends and layout stay as they are.
 * @throws Error saying what is wrong with the file
 */
export function withUserLabel(text: string, { model, sae, feature }: LabelPlace, label: string): string {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const before = text.slice(mark.length);
  const path = [model, sae, String(feature)];
  const line = oneLine(label);
  const after = line === "" ? withoutLabel(before, path) : withLabel(before, path, line);
  if (after === before) return text;
  requireOnly(before, after, path, line);
  return mark + after;
}

function withLabel(text: string, path: string[], line: string): string {
  const document = parseLabels(text);
  const found = findPath(document, path);
  if (found.length < path.length) {
    const headed = text.trim() === "" ? `${heading}\n\n` : text;
    return insertedAt(headed, headed === text ? document : parseLabels(headed), path, line);
  }
  if (labelIn(document, found[2].value) === line) return text;
  return withValue(text, document, found, line);
}

function withoutLabel(text: string, path: string[]): string {
  const document = parseLabels(text);
  const found = findPath(document, path);
  if (found.length < path.length) return text;
  let after = withoutPair(text, document, found);
  for (const parent of [path.slice(0, 2), path.slice(0, 1)]) {
    const left = parseLabels(after);
    const pairs = findPath(left, parent);
    if (children(pairs.at(-1)?.value).length > 0) break;
    // Whoever wrote a comment at its name wants the name to stay.
    after = withoutPair(after, left, pairs, { commented: "stays" });
  }
  return after;
}

/** People write YAML in more ways than edits can foresee: what would change another label than the one meant is not written. */
function requireOnly(before: string, after: string, path: string[], line: string): void {
  const expected = labelsIn(before);
  const key = JSON.stringify(path);
  if (line === "") expected.delete(key);
  else expected.set(key, line);
  let found: Map<string, string> | null = null;
  try {
    found = labelsIn(after);
  } catch {
    // Said below.
  }
  const isSame =
    found?.size === expected.size && [...expected].every(([it, label]) => found.get(it) === label);
  if (!isSame) throw new Error("This label stands in it in a way that only a person can change");
}

/** Every label in a text, by its path. */
function labelsIn(text: string): Map<string, string> {
  const document = parseLabels(text);
  const all = new Map<string, string>();
  for (const model of children(document.contents))
    for (const sae of children(model.value))
      for (const pair of children(sae.value)) {
        if (isNothing(pair.value)) continue;
        all.set(JSON.stringify([model, sae, pair].map(keyOf)), labelIn(document, pair.value));
      }
  return all;
}
