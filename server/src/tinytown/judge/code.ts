import type { Evidence } from "./types.ts";

/** Lines only a program in the Python-like form has. */
const pythonLine =
  /^(?: {4})*(?:def \w+\(\w*\):|for \w+ in \w+:|while \w+:|if \w+ [<>] \d+:|return .+|print\(.+\)(?: {2}# .+)?|\w+\(\w+\)|\w+ \+?= .+)$/;

/** Code in a text: lines in the Python-like form, and records or lists that parse as JSON. */
export function codeEvidence(text: string): Evidence[] {
  const evidence: Evidence[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    if (pythonLine.test(line)) evidence.push({ start, end: start + line.length, value: "Python-like" });
    start += line.length + 1;
  }
  for (const { 0: piece, index } of text.matchAll(/\{[^{}]*\}/g)) {
    if (parses(piece)) evidence.push({ start: index, end: index + piece.length, value: "JSON-like" });
  }
  return evidence;
}

function parses(piece: string): boolean {
  try {
    return Object.keys(JSON.parse(piece)).length > 0;
  } catch {
    return false;
  }
}
