import { typedValue } from "../../yaml/typed.ts";

/** What is being written at the end of a line of YAML: the value of a key that we know values for. */
export interface Typed {
  kind: "feature" | "sae" | "saes" | "label" | "hook" | "recipe" | "probe";
  /** What stands there so far, without the quote that opens it. */
  text: string;
  /** Offset in the line at which it begins, behind the quote. */
  start: number;
  /** The quote that opens it, or none. */
  quote: '"' | "'" | "";
  /** The SAE that the same mapping names before it, where it does on this line. */
  sae: string | null;
}

const kinds: Record<string, Typed["kind"]> = {
  feature: "feature",
  latent: "feature",
  saes: "saes",
  sae: "sae",
  label: "label",
  hook: "hook",
  probe: "probe",
  steer: "recipe",
};

/**
 * What is being written before the cursor, by the text of its line alone: while it is written the YAML is seldom whole.
 * Null where it is none of the keys whose values we know.
 */
export function typedIn(lineUpToCursor: string): Typed | null {
  const found = typedValue(lineUpToCursor, Object.keys(kinds));
  if (!found) return null;
  const { key, text, start, quote, before } = found;
  const sae = /[\s{,]sae\s*:\s*["']?([^"',{}]+)/.exec(before)?.[1].trim();
  return { kind: kinds[key], text, start, quote, sae: sae ?? null };
}
