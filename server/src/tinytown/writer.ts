import { lexiconSpans } from "./lexicon.ts";
import { surfaceSpans } from "./surface.ts";
import type { Kind, LabelledText, Language, Span } from "./types.ts";

/** Collects a document's text and its states; words and surface forms are marked when it is finished. */
export class Writer {
  text = "";
  readonly #spans: Span[] = [];

  /** Appends text, marked with each of `marks` over its full extent (outer white space left out). */
  add(text: string, marks: Readonly<Record<string, string>> = {}): this {
    const start = this.text.length + (text.length - text.trimStart().length);
    this.text += text;
    for (const [attribute, value] of Object.entries(marks)) this.mark(attribute, value, start);
    return this;
  }

  /** Marks the text from `start` to `end` (default: what is written so far, without trailing white space). */
  mark(attribute: string, value: string, start: number, end = this.text.trimEnd().length): void {
    if (end > start) this.#spans.push({ start, end, attribute, value });
  }

  /** The document. `language` holds wherever no language was marked. */
  finish(kind: Kind, language: Language): LabelledText {
    // Code is in no language; its words are English.
    if (kind !== "code" && !this.#spans.some((span) => span.attribute === "language"))
      this.mark("language", language, 0);
    const spans = [
      ...this.#spans,
      ...lexiconSpans(this.text, this.#spans, language),
      ...surfaceSpans(this.text, kind === "code"),
    ];
    spans.sort((a, b) => a.start - b.start || b.end - a.end || (a.attribute < b.attribute ? -1 : 1));
    return { kind, text: this.text, spans };
  }
}
