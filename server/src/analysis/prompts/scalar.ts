import type { Scalar } from "yaml";
import { type MappedText, MessageBuilder } from "./pieces.ts";
import { appendQuoted } from "./quoted-scalar.ts";

/** A YAML string as its reader sees it, mapped to the document piece by piece: lines, folds and escapes each for itself. */
export function mapScalar(document: string, scalar: Scalar, value: string): MappedText {
  const [start, end] = scalar.range as [number, number, number];
  const builder = new MessageBuilder(document);
  if (scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE") {
    appendQuoted(builder, document, start, end);
  } else {
    const block = scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED";
    // The text of a block begins on the line behind its indicator.
    const from = block ? lineAfter(document, start, end) : start;
    if (!appendAligned(builder, document, from, end, value)) return whole(document, start, end, value);
  }
  const mapped = builder.mapped();
  // Broken YAML is read by the parser's own lights; what differs from it here must not be shown at a wrong place.
  return mapped.text === value ? mapped : whole(document, start, end, value);
}

function whole(document: string, start: number, end: number, value: string): MappedText {
  const builder = new MessageBuilder(document);
  builder.replaced(value, start, end);
  return builder.mapped();
}

function lineAfter(document: string, start: number, end: number): number {
  const at = document.indexOf("\n", start);
  return at < 0 || at >= end ? end : at + 1;
}

/**
 * Plain and block scalars change nothing but white space: their words stand in the document in the same order.
 *
 * @returns false where they do not.
 */
function appendAligned(
  builder: MessageBuilder,
  document: string,
  start: number,
  end: number,
  value: string,
): boolean {
  let at = start;
  for (const [part] of value.matchAll(/[ \t\r\n]+|[^ \t\r\n]+/g)) {
    if (/[ \t\r\n]/.test(part[0])) {
      let stop = at;
      while (stop < end && " \t\r\n".includes(document[stop])) stop++;
      appendGap(builder, document, at, stop, part);
      at = stop;
      continue;
    }
    // Indentation before the first word of the value.
    while (at < end && document[at] !== part[0] && " \t\r\n".includes(document[at])) at++;
    if (!document.startsWith(part, at) || at + part.length > end) return false;
    builder.verbatim(at, at + part.length);
    at += part.length;
  }
  return true;
}

/** White space of the value, and the stretch of white space that became it: breaks for breaks, spaces where they stand. */
function appendGap(
  builder: MessageBuilder,
  document: string,
  start: number,
  end: number,
  value: string,
): void {
  const raw = document.slice(start, end);
  if (raw === value) {
    builder.verbatim(start, end);
    return;
  }
  let same = 0;
  while (same < value.length && /[ \t]/.test(value[same]) && value[same] === raw[same]) same++;
  builder.verbatim(start, start + same);
  let at = start + same;
  let broken = false;
  for (const [part] of value.slice(same).matchAll(/\r?\n|\r|[ \t]+/g)) {
    const next = nextBreak(document, at, end);
    if (part.includes("\n") || !broken) {
      // A space that stands for a line break (a fold), or a break for a break; chomping may add one that stands nowhere.
      if (document.slice(next.start, next.end) === part) builder.verbatim(next.start, next.end);
      else builder.replaced(part, next.start, next.end);
      at = next.end;
      broken = true;
    } else {
      // Indentation deeper than the block's: the end of the white space before the next break or word.
      const from = Math.max(at, next.start - part.length);
      if (document.slice(from, next.start) === part) builder.verbatim(from, next.start);
      else builder.replaced(part, from, next.start);
      at = next.start;
    }
  }
}

function nextBreak(document: string, at: number, end: number): { start: number; end: number } {
  for (let i = at; i < end; i++) {
    if (document[i] === "\n") return { start: i, end: i + 1 };
    if (document[i] === "\r" && document[i + 1] === "\n" && i + 1 < end) return { start: i, end: i + 2 };
  }
  return { start: end, end };
}
