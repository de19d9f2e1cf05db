import type { Piece, PromptMessage } from "./types.ts";

/** Builds a message's text together with its map to the document. */
export class MessageBuilder {
  readonly #document: string;
  #text = "";
  #pieces: Piece[] = [];

  constructor(document: string) {
    this.#document = document;
  }

  /** Appends a stretch of the document as it stands. */
  verbatim(docStart: number, docEnd: number): void {
    if (docEnd <= docStart) return;
    const last = this.#pieces.at(-1);
    const start = this.#text.length;
    this.#text += this.#document.slice(docStart, docEnd);
    if (last?.verbatim && last.docEnd === docStart) {
      last.end = this.#text.length;
      last.docEnd = docEnd;
    } else this.#pieces.push({ start, end: this.#text.length, docStart, docEnd, verbatim: true });
  }

  /** Appends text that stands for a stretch of the document. */
  replaced(text: string, docStart: number, docEnd: number): void {
    if (text === "") return;
    const start = this.#text.length;
    this.#text += text;
    this.#pieces.push({ start, end: this.#text.length, docStart, docEnd, verbatim: false });
  }

  /** The message; with `trim`, without white space at its ends. */
  build(role: string | null, trim: boolean): PromptMessage {
    if (!trim) return { role, text: this.#text, pieces: this.#pieces };
    const body = this.#text.trim();
    const from = this.#text.indexOf(body);
    return { role, text: body, pieces: crop(this.#pieces, from, from + body.length) };
  }
}

/** Pieces of the part `[from, to)` of a text, counted from its start. */
function crop(pieces: Piece[], from: number, to: number): Piece[] {
  return pieces.flatMap((piece) => {
    const start = Math.max(piece.start, from);
    const end = Math.min(piece.end, to);
    if (end <= start) return [];
    const shift = piece.verbatim
      ? { docStart: piece.docStart + start - piece.start, docEnd: piece.docEnd - (piece.end - end) }
      : {};
    return [{ ...piece, ...shift, start: start - from, end: end - from }];
  });
}

/**
 * Where `[start, end)` of a message's text stands in the document. A part of a replaced piece is the whole stretch it
 * stands for, so ranges are ordered and never split what the user sees as one.
 */
export function documentRange(
  message: PromptMessage,
  start: number,
  end: number,
): { start: number; end: number } {
  const { pieces } = message;
  const first = pieces.find((piece) => piece.end > start) ?? pieces.at(-1);
  if (!first) return { start: 0, end: 0 };
  const last = pieces.findLast((piece) => piece.start < Math.max(end, start + 1)) ?? first;
  const from = first.verbatim
    ? first.docStart + Math.max(0, Math.min(start, first.end) - first.start)
    : first.docStart;
  const to = last.verbatim ? last.docStart + Math.max(0, Math.min(end, last.end) - last.start) : last.docEnd;
  return { start: from, end: Math.max(from, to) };
}
