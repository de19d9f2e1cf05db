import type { Piece, PromptMessage } from "./types.ts";

/** A text and where each part of it stands in the document. */
export type MappedText = Pick<PromptMessage, "text" | "pieces">;

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

  /** Appends the part `[from, to)` of a text that is mapped already. */
  mappedPart(source: MappedText, from: number, to: number): void {
    for (const piece of crop(source.pieces, from, to)) {
      if (piece.verbatim) this.verbatim(piece.docStart, piece.docEnd);
      else
        this.replaced(source.text.slice(from + piece.start, from + piece.end), piece.docStart, piece.docEnd);
    }
  }

  mapped(): MappedText {
    return { text: this.#text, pieces: this.#pieces };
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
  message: MappedText,
  start: number,
  end: number,
): { start: number; end: number } {
  const { pieces } = message;
  // Pieces follow each other without gaps, so both ends are found by halving.
  const first = pieces[Math.min(firstEndingBehind(pieces, start), pieces.length - 1)];
  if (!first) return { start: 0, end: 0 };
  const last = pieces[Math.min(firstEndingBehind(pieces, Math.max(end, start + 1) - 1), pieces.length - 1)];
  const from = first.verbatim
    ? first.docStart + Math.max(0, Math.min(start, first.end) - first.start)
    : first.docStart;
  const to = last.verbatim ? last.docStart + Math.max(0, Math.min(end, last.end) - last.start) : last.docEnd;
  return { start: from, end: Math.max(from, to) };
}

/** Index of the first piece that ends behind an offset of the text; the number of pieces where none does. */
function firstEndingBehind(pieces: Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
