import { type TypedValue, typedEntry, typedValue } from "../../yaml/typed.ts";
import { columnKeys } from "./parse-data.ts";

/** The value that is being written in a specification, of those that a set-up or the data tell. */
export interface TypedInProbe extends TypedValue {
  kind: "column" | "hook" | "kind" | "sae" | "attribute" | "file" | "folder";
}

const kinds: Readonly<Record<string, TypedInProbe["kind"]>> = {
  ...Object.fromEntries(columnKeys.filter((it) => it !== "spans").map((it) => [it, "column"])),
  column: "column",
  hooks: "hook",
  kinds: "kind",
  saes: "sae",
  attribute: "attribute",
  files: "file",
  folder: "folder",
};

/**
 * What is being written before the cursor, by the lines up to it. Null where it is none of the values that we know.
 * @param lines the last one ends at the cursor
 */
export function typedInProbe(lines: readonly string[]): TypedInProbe | null {
  const keys = Object.keys(kinds);
  const found = typedValue(lines.at(-1)!, keys) ?? typedEntry(lines, keys);
  if (!found) return null;
  const kind = kinds[found.key];
  // Kinds of text lie deeper in the file than kinds of probe, and the schema knows them.
  if (kind === "kind" && found.before !== "") return null;
  return { ...found, kind };
}
