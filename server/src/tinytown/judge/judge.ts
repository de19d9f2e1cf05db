import { lexiconSpans } from "../lexicon.ts";
import { surfaceSpans } from "../surface.ts";
import type { Span } from "../types.ts";
import { claims } from "./claims.ts";
import { codeEvidence } from "./code.ts";
import { languageOf, wordsIn } from "./language.ts";
import { mentioning, phrasebook } from "./phrasebook.ts";
import { type Sentence, sentencesOf } from "./sentences.ts";
import { type Evidence, type JudgedAttribute, type Judgement, judgedAttributes } from "./types.ts";
import { negations, tellingWords } from "./words.ts";

/**
 * Scores a text for an attribute by the generator's own knowledge: its wordings, word lists, fact table and
 * arithmetic. Throws a RangeError on an attribute it does not judge.
 */
export function judge(text: string, attribute: string): Judgement {
  if (!judgedAttributes.includes(attribute as JudgedAttribute)) {
    throw new RangeError(`${attribute} is not judged; choose one of: ${judgedAttributes.join(", ")}`);
  }
  const sentences = sentencesOf(text);
  const evidence = find(text, attribute as JudgedAttribute, sentences);
  evidence.sort((a, b) => a.start - b.start || b.end - a.end);
  const scores: Record<string, number> = {};
  for (const value of new Set(evidence.map((item) => item.value))) {
    const showing = sentences.filter((sentence) =>
      evidence.some((item) => item.value === value && item.start < sentence.end && item.end > sentence.start),
    );
    scores[value] = showing.length / Math.max(1, sentences.length);
  }
  const value = Object.entries(scores).sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  return { schema: "steerscope.judge/1", attribute, value, scores, sentences: sentences.length, evidence };
}

function find(text: string, attribute: JudgedAttribute, sentences: readonly Sentence[]): Evidence[] {
  switch (attribute) {
    case "language":
      return sentences.filter(outside(codeEvidence(text))).flatMap((sentence) => {
        const language = languageOf(text.slice(sentence.start, sentence.end));
        return language ? [{ ...sentence, value: language }] : [];
      });
    case "truth":
      return claims(text);
    case "code":
      return codeEvidence(text);
    case "capitals":
    case "digit":
    case "question":
      return only(surfaceSpans(text), attribute);
    case "quote":
      return only(surfaceSpans(text), attribute).filter(outside(codeEvidence(text)));
    case "weather":
    case "time":
      return [...phraseEvidence(text, attribute, sentences), ...words(text, attribute, sentences)];
    default: {
      const phrases = phrasebook.filter((pattern) => pattern.attribute === attribute);
      return phrases.length > 0
        ? phraseEvidence(text, attribute, sentences)
        : words(text, attribute, sentences);
    }
  }
}

/** Keeps what does not overlap any of `regions`. */
function outside(regions: readonly Sentence[]): (item: Sentence) => boolean {
  return (item) => !regions.some((region) => region.start < item.end && region.end > item.start);
}

function only(spans: readonly Span[], attribute: string): Evidence[] {
  return spans
    .filter((span) => span.attribute === attribute)
    .map(({ start, end, value }) => ({ start, end, value }));
}

/** The world's words, read in the language of the sentence they stand in. */
function words(text: string, attribute: string, sentences: readonly Sentence[]): Evidence[] {
  const regions = sentences.map(({ start, end }) => {
    const value = languageOf(text.slice(start, end)) ?? "english";
    return { start, end, attribute: "language", value };
  });
  return only(lexiconSpans(text, regions, "english"), attribute);
}

/** Wordings of the world first; telling words where a sentence is none of them. */
function phraseEvidence(text: string, attribute: string, sentences: readonly Sentence[]): Evidence[] {
  const found = phrasebook
    .filter((pattern) => pattern.attribute === attribute)
    .flatMap(({ regex, value, language }) =>
      [...text.matchAll(regex)]
        // "lit" is past in English and present in French.
        .filter(({ 0: said }) => (languageOf(said) ?? language) === language)
        .map(({ index, 0: said }) => ({ start: index, end: index + said.length, value })),
    );
  // A wording inside a longer one says less than that one ("You are too kind" in "…, many thanks").
  const whole = found.filter((item) => !found.some((other) => covers(other, item)));
  const open = sentences.filter(
    (sentence) => !whole.some((item) => item.start < sentence.end && item.end > sentence.start),
  );
  return [...whole, ...open.flatMap((sentence) => telling(text, attribute, sentence))];
}

function covers(longer: Evidence, shorter: Evidence): boolean {
  const longerBy = longer.end - longer.start - (shorter.end - shorter.start);
  return longerBy > 0 && longer.start <= shorter.start && longer.end >= shorter.end;
}

function telling(text: string, attribute: string, sentence: Sentence): Evidence[] {
  const said = text.slice(sentence.start, sentence.end);
  if (mentioning.some((regex) => said.search(regex) >= 0)) return [];
  return Object.entries(tellingWords[attribute] ?? {}).flatMap(([value, list]) =>
    [...said.matchAll(/\p{L}+/gu)]
      .filter(({ 0: word, index }) => list.includes(word.toLowerCase()) && !negated(said.slice(0, index)))
      .map(({ 0: word, index }) => {
        const start = sentence.start + index;
        return { start, end: start + word.length, value };
      }),
  );
}

/** Whether one of the last three words before a word turns it round. */
function negated(before: string): boolean {
  const clause = before.split(/[,;:]/).at(-1) ?? "";
  return wordsIn(clause)
    .slice(-3)
    .some((word) => negations.has(word));
}
