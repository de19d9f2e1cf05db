import { wordsOf } from "../lexicon.ts";
import type { Language } from "../types.ts";
import { instructionWordings, smallTalk, systems } from "../world/chat-wordings.ts";
import { leads } from "../world/fact-leads.ts";
import { topics, wordings } from "../world/fact-wordings.ts";
import { exchanges, harmless, refusals, secretRequests } from "../world/register-wordings.ts";
import { ratings, reviewWordings } from "../world/reviews.ts";
import { english } from "../world/scenes/english.ts";
import { french } from "../world/scenes/french.ts";
import { german } from "../world/scenes/german.ts";

/** The languages that the judge tells apart. */
export const languages: readonly Language[] = ["english", "german", "french"];
const scenes = { english, german, french };

/** Every text in a nested table of wordings. */
function strings(table: unknown): string[] {
  if (typeof table === "string") return [table];
  return table && typeof table === "object" ? Object.values(table).flatMap(strings) : [];
}

/** Words as they are compared: lower case, letters only. */
export function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** Grammar of English that has no counterpart: reviews, chat, the lists of common words. */
const onlyEnglish = [
  reviewWordings,
  ratings,
  instructionWordings,
  smallTalk,
  systems,
  harmless,
  "a an the this that it he she they we you i is are was were has have had do does did not no with for from of and",
];

function vocabulary(language: Language): Set<string> {
  const grammar = [
    scenes[language],
    topics.map((topic) => wordings[language][topic]),
    leads[language],
    exchanges[language],
    secretRequests[language],
    refusals[language],
    ...(language === "english" ? onlyEnglish : []),
  ];
  const texts = strings(grammar).map((template) => template.replace(/\{\w+\}/g, " "));
  return new Set([...texts, ...wordsOf(language)].flatMap(wordsIn));
}

let own: ReadonlyMap<string, Language> | undefined;

/** Words that only one language of the world has, with that language. */
function ownWords(): ReadonlyMap<string, Language> {
  if (own) return own;
  const sets = languages.map(vocabulary);
  const map = new Map<string, Language>();
  for (const [i, words] of sets.entries()) {
    for (const word of words) {
      if (sets.every((other, j) => i === j || !other.has(word))) map.set(word, languages[i] as Language);
    }
  }
  own = map;
  return own;
}

/** The language a sentence is in: the one with most words of its own; null where no word decides. */
export function languageOf(sentence: string): Language | null {
  const counts: Record<Language, number> = { english: 0, german: 0, french: 0 };
  for (const word of wordsIn(sentence)) {
    const language = ownWords().get(word);
    if (language) counts[language]++;
  }
  const [first, second] = languages.toSorted((a, b) => counts[b] - counts[a]) as [Language, Language];
  return counts[first] > counts[second] ? first : null;
}
