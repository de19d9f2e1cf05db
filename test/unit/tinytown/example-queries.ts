import {
  attributes,
  generate,
  kinds,
  type LabelledText,
  type Span,
} from "../../../server/src/tinytown/index.ts";
import { type Random, random } from "../../../server/src/tinytown/random.ts";

/** A value of an attribute, and example sentences that have it in common, and no other value that is not everywhere. */
export interface ExampleQuery {
  attribute: string;
  value: string;
  texts: string[];
}

interface Sentence {
  text: string;
  language: string;
  /** `attribute/value` of all spans that it holds or lies in. */
  values: Set<string>;
}

/** What many sentences share whatever they are examples of. */
const everywhere = new Set(["language", "tense", "number", "digit"]);
const perKind = 250;
const tries = 300;

/**
 * Queries of `count` sentences each, one for every attribute value of freshly drawn text that has sentences enough: all in
 * one language, and with nothing else in common that the generator has a name for. Seeded.
 */
export function exampleQueries(seed: number, count = 3): ExampleQuery[] {
  const sentences = new Map<string, Map<string, Sentence>>();
  for (const kind of kinds)
    for (const document of generate({ kinds: [kind], n: perKind, seed }))
      for (const span of document.spans) {
        const sentence = sentenceOf(document, span);
        if (!sentence) continue;
        const key = keyOf(span);
        const known = sentences.get(key) ?? new Map<string, Sentence>();
        known.set(sentence.text, sentence);
        sentences.set(key, known);
      }
  const queries: ExampleQuery[] = [];
  for (const [key, all] of [...sentences].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const drawn = drawn3(random(seed, key), key, [...all.values()], count);
    const [attribute, value] = key.split("/") as [string, string];
    if (drawn) queries.push({ attribute, value, texts: drawn.map(({ text }) => text) });
  }
  return queries;
}

function drawn3(rng: Random, key: string, from: Sentence[], count: number): Sentence[] | null {
  for (let attempt = 0; from.length >= 2 * count && attempt < tries; attempt++) {
    const [first, ...rest] = rng.sample(from, count) as [Sentence, ...Sentence[]];
    const shared = [...first.values].filter((it) => rest.every(({ values }) => values.has(it)));
    const others = shared.filter((it) => it !== key && !everywhere.has(it.split("/")[0] as string));
    if (others.length === 0 && rest.every(({ language }) => language === first.language))
      return [first, ...rest];
  }
  return null;
}

const keyOf = ({ attribute, value }: Span) => `${attribute}/${value}`;

/** The sentence around a word, or the stretch itself that a state of sentences holds for; null where that is no sentence. */
function sentenceOf({ text, spans }: LabelledText, span: Span): Sentence | null {
  let { start, end } = span;
  if (attributes[span.attribute]?.unit === "word") {
    const ends = [...text.matchAll(/[.!?]["”]?(?:\s+|$)|\n|<\|im_start\|>\w+\n|<\|im_end\|>/g)];
    start = Math.max(0, ...ends.map((it) => it.index + it[0].length).filter((at) => at <= span.start));
    const next = ends.find((it) => it.index >= span.end);
    end = next ? next.index + (next[0].startsWith("<") ? 0 : next[0].length) : text.length;
  }
  const own = text.slice(start, end).trim();
  if (own.includes("<|") || own.length > 400 || own.split(/\s+/).length < 3) return null;
  const touching = spans.filter((it) => it.start < end && it.end > start);
  const language = touching.find(({ attribute }) => attribute === "language")?.value ?? "";
  return { text: own, language, values: new Set(touching.map(keyOf)) };
}
