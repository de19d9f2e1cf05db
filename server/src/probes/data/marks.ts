import type { LabelledSpan } from "./types.ts";

/** A text without its marks, and where each stretch that was marked stands in it. */
export interface Unmarked {
  text: string;
  spans: (LabelledSpan & { attribute: string | null })[];
  /** Offset in the marked text of each UTF-16 unit of `text`, and of its end: `[text.length + 1]`. */
  origins: Int32Array;
}

/** `[[the words]]{label}` or `[[the words]]{attribute=label}`; a backslash before it leaves it as it is. */
const mark = /(\\?)\[\[((?:(?!\[\[|\]\])[\s\S])+)\]\]\{([^{}\n]+)\}/g;

/**
 * Takes the marks out of a text: `The [[cat]]{animal} sat.` becomes `The cat sat.` with a stretch from 4 to 7. White space
 * around a label is left out. Marks do not nest; what is no whole mark stays as it is, and so does one behind a backslash,
 * which is taken away.
 */
export function unmarked(marked: string): Unmarked {
  let text = "";
  const spans: Unmarked["spans"] = [];
  const origins: number[] = [];
  const keep = (from: number, to: number): void => {
    for (let i = from; i < to; i++) origins.push(i);
    text += marked.slice(from, to);
  };
  let at = 0;
  for (const match of marked.matchAll(mark)) {
    const [whole, backslash, words, written] = match;
    const end = match.index + whole.length;
    keep(at, match.index);
    at = end;
    if (backslash) {
      keep(match.index + 1, end);
      continue;
    }
    const start = text.length;
    keep(match.index + 2, match.index + 2 + words.length);
    const [first, ...rest] = written.split("=");
    const [attribute, label] = rest.length > 0 ? [first.trim(), rest.join("=").trim()] : [null, first.trim()];
    spans.push({ start, end: text.length, label, attribute });
  }
  keep(at, marked.length);
  origins.push(marked.length);
  return { text, spans, origins: Int32Array.from(origins) };
}
