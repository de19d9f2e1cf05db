import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { attributes, type LabelledText, type Span } from "../../server/src/tinytown/index.ts";

/** A stretch of a text, UTF-16. */
interface Stretch {
  start: number;
  end: number;
}

/**
 * An OpenAI-compatible endpoint that knows the truth about some labelled documents: it finds each passage in its document and
 * looks whether a span with the label lies there. What it is asked is recognised by its shape alone: texts in lines, some
 * tokens between << and >>.
 */
export class Oracle {
  readonly #documents: readonly LabelledText[];
  readonly #server: Server;
  readonly #values = new Map<string, [attribute: string, value: string]>();
  /** How many documents have a label. */
  readonly #documentsWith = new Map<string, number>();
  /** What it was asked, as the user's message. */
  readonly questions: string[] = [];

  private constructor(documents: readonly LabelledText[]) {
    this.#documents = documents;
    for (const { spans } of documents) {
      const own = new Set<string>();
      for (const { attribute, value } of spans) {
        this.#values.set(labelOf(attribute, value), [attribute, value]);
        own.add(labelOf(attribute, value));
      }
      for (const label of own) this.#documentsWith.set(label, (this.#documentsWith.get(label) ?? 0) + 1);
    }
    this.#server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { messages } = JSON.parse(body);
      const question: string = messages.at(-1).content;
      this.questions.push(question);
      const content = this.#answer(question);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ choices: [{ message: { role: "assistant", content } }] }));
    });
  }

  static async start(documents: readonly LabelledText[]): Promise<Oracle> {
    const oracle = new Oracle(documents);
    await new Promise<void>((resolve) => oracle.#server.listen(0, "127.0.0.1", resolve));
    return oracle;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Whether the generator has such a label at all. */
  knows(label: string): boolean {
    return this.#values.has(label);
  }

  #answer(question: string): string {
    const texts = question.split("\n").flatMap((line) => /^Text \d+: (.*)$/.exec(line)?.[1] ?? []);
    const label = /active on: (.*)$/m.exec(question)?.[1];
    if (label === undefined) return this.#label(texts);
    const value = this.#values.get(label);
    return JSON.stringify(texts.map((text) => Number(value !== undefined && this.#fits(value, text))));
  }

  /** The label that most marked tokens have and few other documents. */
  #label(texts: string[]): string {
    const counts = new Map<string, number>();
    for (const text of texts) {
      const { spans, stretches } = this.#find(text);
      const found = spans.filter((span) => stretches.some((it) => overlaps(it, span)));
      for (const label of new Set(found.map(({ attribute, value }) => labelOf(attribute, value))))
        counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    const worth = ([label, count]: [string, number]) =>
      count * Math.log((1 + this.#documents.length) / this.#documentsWith.get(label)!);
    return [...counts].sort((a, b) => worth(b) - worth(a))[0]?.[0] ?? "nothing known";
  }

  #fits([attribute, value]: [string, string], text: string): boolean {
    const { spans, stretches } = this.#find(text);
    const own = spans.filter((span) => span.attribute === attribute && span.value === value);
    const inside = stretches.filter((it) => own.some((span) => overlaps(it, span)));
    return inside.length > 0 && 2 * inside.length >= stretches.length;
  }

  /** Where the marked tokens, or else the whole text, stand in the document that it is from. */
  #find(text: string): { spans: readonly Span[]; stretches: Stretch[] } {
    const plain = text.replaceAll("⏎", "\n").replace(/^(<<)?<\|[a-z_]+\|>(>>)?(?!system|user|assistant)/, "");
    const parts = plain.split(/(<<|>>)/);
    const marks: Stretch[] = [];
    let whole = "";
    for (const part of parts) {
      if (part === "<<") marks.push({ start: whole.length, end: whole.length });
      else if (part === ">>" && marks.length > 0) marks[marks.length - 1].end = whole.length;
      else whole += part;
    }
    for (const { text: document, spans } of this.#documents) {
      const at = document.indexOf(whole);
      if (at < 0) continue;
      const stretches = marks.length > 0 ? marks : [{ start: 0, end: whole.length }];
      return { spans, stretches: stretches.map(({ start, end }) => ({ start: start + at, end: end + at })) };
    }
    return { spans: [], stretches: [] };
  }
}

function labelOf(attribute: string, value: string): string {
  const capital = value.charAt(0).toUpperCase() + value.slice(1);
  return attributes[attribute].label.replace("{value}", value).replace("{Value}", capital);
}

function overlaps(a: Stretch, b: Stretch): boolean {
  return a.start < b.end && b.start < a.end;
}
