import { typedBeside, typedValue } from "../../yaml/typed.ts";

/** What is being written at the end of a line of YAML: the value of a key that we know values for. */
export interface Typed {
  kind:
    | "feature"
    | "sae"
    | "saes"
    | "label"
    | "hook"
    | "recipe"
    | "probe"
    | "class"
    | "judge"
    | "vector"
    | "prompt";
  /** What stands there so far, without the quote that opens it. */
  text: string;
  /** Offset in the line at which it begins, behind the quote. */
  start: number;
  /** The quote that opens it, or none. */
  quote: '"' | "'" | "";
  /** The SAE, and the probe, that the same mapping names before it. */
  sae: string | null;
  probe: string | null;
}

const kinds: Record<string, Typed["kind"]> = {
  feature: "feature",
  latent: "feature",
  saes: "saes",
  sae: "sae",
  label: "label",
  hook: "hook",
  probe: "probe",
  class: "class",
  steer: "recipe",
  judge: "judge",
  vector: "vector",
  file: "prompt",
};

/** An entry of a list over several lines, and the key of one. */
const entry = /^(\s*)-\s+(["']?)([^"'{}[\],#]*)$/;
const listKey = /^(\s*)(saes|steer)\s*:\s*(?:#.*)?$/;
const passedOver = /^\s*(?:#.*)?$/;

/**
 * What is being written before the cursor, by its line and those before it: while it is written the YAML is seldom whole.
 * Null where it is none of the keys whose values we know.
 * @param before the lines above, from the first
 */
export function typedIn(lineUpToCursor: string, before: readonly string[] = []): Typed | null {
  const found = typedValue(lineUpToCursor, Object.keys(kinds));
  if (!found) return entryIn(lineUpToCursor, before);
  const { key, text, start, quote, before: earlier } = found;
  const beside = (other: string) => typedBeside([...before, lineUpToCursor], found, other);
  const kind = key === "file" && isOfVector(lineUpToCursor, earlier, before) ? "vector" : kinds[key];
  return { kind, text, start, quote, sae: beside("sae"), probe: beside("probe") };
}

/** Whether the mapping that is being written is a vector's: it begins on this line, or on the nearest one above that is less indented. */
function isOfVector(line: string, earlier: string, before: readonly string[]): boolean {
  if (/[\s{,]vector\s*:\s*\{[^}]*$/.test(earlier)) return true;
  const above = before.findLast((it) => !passedOver.test(it) && indentOf(it) < indentOf(line));
  return /^[\s-]*vector\s*:\s*(?:#.*)?$/.test(above ?? "");
}

const indentOf = (line: string) => /^\s*/.exec(line)![0].length;

/** An entry of a list whose key stands above it, behind entries of the same list and comments only. */
function entryIn(lineUpToCursor: string, before: readonly string[]): Typed | null {
  const match = entry.exec(lineUpToCursor);
  if (!match) return null;
  const [, indent, quote, text] = match;
  const above = before.findLast((line) => !passedOver.test(line) && !line.startsWith(`${indent}- `));
  const key = listKey.exec(above ?? "");
  if (!key || key[1].length > indent.length) return null;
  return {
    kind: kinds[key[2]],
    text,
    start: lineUpToCursor.length - text.length,
    quote: quote as Typed["quote"],
    sae: null,
    probe: null,
  };
}
