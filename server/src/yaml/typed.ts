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
  };
}

function isEntryOrEmpty(line: string, indent: number): boolean {
  const own = /^\s*/.exec(line)![0].length;
  return line.trim() === "" || own > indent || (own === indent && line.trimStart().startsWith("-"));
}
