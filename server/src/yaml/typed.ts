/** The value of a key that is being written at the end of a line. */
export interface TypedValue {
  key: string;
  /** What stands there so far, without the quote that opens it. */
  text: string;
  /** Offset in the line at which it begins, behind the quote. */
  start: number;
  /** The quote that opens it, or none. */
  quote: '"' | "'" | "";
  /** What stands on the line before the key. */
  before: string;
  /** Column of the key, or of the entry's dash. */
  column: number;
}

/**
 * The value that is being written before the cursor, by the text of its line alone: while it is written the YAML is seldom
 * whole. Entries of a list on the same line are values too. Null where its key is none of those given.
 */
export function typedValue(lineUpToCursor: string, keys: readonly string[]): TypedValue | null {
  const value = new RegExp(
    String.raw`(?:^|[\s{,-])(${keys.join("|")})\s*:\s+(?:\[(?:[^\]]*,)?\s*)?(["']?)([^"'{}[\],#]*)$`,
  );
  const match = value.exec(lineUpToCursor);
  if (!match) return null;
  const [, key, quote, text] = match;
  return {
    key,
    text,
    start: lineUpToCursor.length - text.length,
    quote: quote as TypedValue["quote"],
    before: lineUpToCursor.slice(0, match.index),
    column: lineUpToCursor.indexOf(key, match.index),
  };
}

/**
 * The entry of a list over several lines that is being written on the last of some lines; null where its key is none of those
 * given.
 */
export function typedEntry(linesUpToCursor: readonly string[], keys: readonly string[]): TypedValue | null {
  const line = linesUpToCursor.at(-1)!;
  const entry = /^(\s*)-\s+(["']?)([^"'{}[\],#:]*)$/.exec(line);
  if (!entry) return null;
  const [, indent, quote, text] = entry;
  const above = linesUpToCursor.slice(0, -1).findLast((it) => !isEntryOrEmpty(it, indent.length));
  const match = above === undefined ? null : /^(\s*)([\w-]+)\s*:\s*(?:#.*)?$/.exec(above);
  if (!match || match[1].length > indent.length || !keys.includes(match[2])) return null;
  return {
    key: match[2],
    text,
    start: line.length - text.length,
    quote: quote as TypedValue["quote"],
    before: match[1],
    column: indent.length,
  };
}

function isEntryOrEmpty(line: string, indent: number): boolean {
  const own = /^\s*/.exec(line)![0].length;
  return line.trim() === "" || own > indent || (own === indent && line.trimStart().startsWith("-"));
}

/**
 * The value of another key of the mapping that is being written, where it stands before the cursor: in braces on the same line, else
 * on the lines above, at the column of the key that is being written. Null where it does not.
 */
export function typedBeside(
  linesUpToCursor: readonly string[],
  { column }: Pick<TypedValue, "column">,
  key: string,
): string | null {
  const before = withoutMaps(linesUpToCursor.at(-1)!.slice(0, column));
  const brace = before.lastIndexOf("{");
  if (brace >= 0) return valueIn(before.slice(brace + 1), key);
  // A dash begins the mapping.
  if (before.includes("-")) return null;
  for (const line of linesUpToCursor.slice(0, -1).toReversed()) {
    const { dashes, text } = /^(?<dashes>\s*(?:-\s+)*)(?<text>.*)$/.exec(line)!.groups!;
    if (text === "" || text.startsWith("#") || dashes.length > column) continue;
    if (dashes.length < column) return null;
    const value = valueIn(withoutMaps(text), key);
    if (value !== null) return value;
    if (dashes.includes("-")) return null;
  }
  return null;
}

/** A line without the mappings in braces that are closed in it. */
function withoutMaps(line: string): string {
  const less = line.replace(/\{[^{}]*\}/g, "");
  return less === line ? line : withoutMaps(less);
}

function valueIn(text: string, key: string): string | null {
  const match = new RegExp(String.raw`(?:^|,)\s*${key}\s*:\s+(?:"([^"]*)"|'([^']*)'|([^"',{}#]+))`).exec(
    text,
  );
  const found = match?.slice(1).find((it) => it !== undefined);
  return found?.trim() || null;
}
