import type { MessageBuilder } from "./pieces.ts";

/** What a letter behind a backslash stands for in a double-quoted scalar. */
const escapes: Record<string, string> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
  " ": " ",
  '"': '"',
  "/": "/",
  "\\": "\\",
  "\t": "\t",
};

/** Line breaks with the white space around them, which folding takes away. */
const fold = /[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/y;
/** An escaped line break joins the lines; white space behind it is not read. */
const joined = /\\\r?\n[ \t]*/y;
/** Both halves of a surrogate pair are one character, and one escape here. */
const pair = /\\u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})/y;
const hexadecimal = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y;
const letter = /\\([^xuU])/y;

/** Appends a quoted scalar `[start, end)`, quotes included: each escape and each fold stands for its own stretch. */
export function appendQuoted(builder: MessageBuilder, document: string, start: number, end: number): void {
  const double = document[start] === '"';
  const last = end - 1;
  const match = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(document);
    return found && at + found[0].length <= last ? found : null;
  };
  let from = start + 1;
  let at = from;
  const replace = (text: string, length: number): void => {
    builder.verbatim(from, at);
    builder.replaced(text, at, at + length);
    at += length;
    from = at;
  };
  while (at < last) {
    const c = document[at];
    const folded = " \t\r\n".includes(c) ? match(fold, at) : null;
    if (folded) {
      replace(foldedBreaks(folded[0]), folded[0].length);
      continue;
    }
    if (" \t".includes(c)) {
      // Passed over together, so that a long stretch of them is not searched for its break again and again.
      while (at < last && " \t".includes(document[at])) at++;
      continue;
    }
    if (!double) {
      if (c === "'" && document[at + 1] === "'" && at + 1 < last) replace("'", 2);
      else at++;
      continue;
    }
    const escaped = c === "\\" ? escapeAt(match, at) : null;
    if (escaped) replace(escaped.text, escaped.length);
    else at++;
  }
  builder.verbatim(from, Math.max(from, last));
}

function foldedBreaks(gap: string): string {
  const breaks = gap.split("\n").length - 1;
  return breaks === 1 ? " " : "\n".repeat(breaks - 1);
}

function escapeAt(
  match: (pattern: RegExp, at: number) => RegExpExecArray | null,
  at: number,
): { text: string; length: number } | null {
  const line = match(joined, at);
  if (line) return { text: "", length: line[0].length };
  const both = match(pair, at);
  if (both) {
    const text = String.fromCharCode(Number.parseInt(both[1], 16), Number.parseInt(both[2], 16));
    return { text, length: both[0].length };
  }
  const number = match(hexadecimal, at);
  if (number) {
    const code = Number.parseInt(number[1] ?? number[2] ?? number[3], 16);
    return code <= 0x10ffff ? { text: String.fromCodePoint(code), length: number[0].length } : null;
  }
  const named = match(letter, at);
  const text = named && escapes[named[1]];
  return text === null || text === undefined ? null : { text, length: 2 };
}
