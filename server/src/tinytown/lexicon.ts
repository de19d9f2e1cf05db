import type { Language, Span } from "./types.ts";
import { dishes, petNames, pets } from "./world/belongings.ts";
import { colours } from "./world/colours.ts";
import { countries, streets } from "./world/geography.ts";
import { familyNames, givenNames } from "./world/names.ts";
import { objects } from "./world/objects.ts";
import { places } from "./world/places.ts";
import { recipes } from "./world/recipes.ts";
import { residents } from "./world/residents.ts";
import { films, inns, tools } from "./world/reviews.ts";
import { times, weathers } from "./world/times.ts";
import { jobs } from "./world/vocations.ts";

type Marks = readonly (readonly [attribute: string, value: string])[];
type Forms = Map<string, Marks>;

const germanColours = ["", "e", "en", "es", "er"];

function build(language: Language): Forms {
  const forms: Forms = new Map();
  const add = (attribute: string, value: string, ...surfaces: string[]): void => {
    for (const surface of surfaces) forms.set(surface, [[attribute, value]]);
  };
  const pick = <T>(english: T, german: T, french: T): T => ({ english, german, french })[language];
  for (const { value, german, french } of colours) {
    add(
      "colour",
      value,
      ...pick<readonly string[]>(
        [value],
        germanColours.map((end) => german + end),
        french,
      ),
    );
  }
  for (const { value, plural, german, french } of objects) {
    add("object", value, pick(value, german[1], french[1]));
    if (language === "english") {
      forms.set(plural, [
        ["object", value],
        ["number", "plural"],
      ]);
    }
  }
  for (const { value, german, french } of places) add("place", value, pick(value, german[1], french[1]));
  for (const { value, german, french } of jobs) {
    add("job", value, ...pick<readonly string[]>([value], german, french));
  }
  for (const { value, german, french } of pets) add("pet", value, pick(value, german[1], french[1]));
  for (const { value, german, french } of dishes) add("dish", value, pick(value, german, french));
  for (const { value, german, french } of countries) {
    add("country", value, pick(value, german, french.replace(/^\S+ |^d'/, "")));
  }
  for (const { value, german, french } of streets) add("street", value, pick(value, german, french));
  for (const { value, german, french } of times) add("time", value, pick(value, german[1], french[1]));
  for (const { value, english, german, french } of weathers) {
    const stems = ["", "e", "er", "en"].map((end) => german + end);
    add("weather", value, ...pick<readonly string[]>([english], stems, french));
  }
  if (language === "english") {
    for (const name of inns) add("inn", name, name);
    for (const name of films) add("film", name, name);
    for (const name of tools) add("tool", name, name);
    for (const { name } of recipes) if (!forms.has(name)) add("recipe", name, name);
  }
  for (const name of petNames) add("pet name", name, name);
  for (const name of givenNames) add("name", name, name);
  for (const name of familyNames) add("family", name, name);
  for (const { name, given } of residents) {
    forms.set(name, [
      ["person", name],
      ["name", given],
    ]);
  }
  return forms;
}

interface Lexicon {
  pattern: RegExp;
  marks: Forms;
}

function compile(language: Language): Lexicon {
  const marks: Forms = new Map();
  for (const [surface, entry] of build(language)) {
    const shown = [surface, surface.charAt(0).toUpperCase() + surface.slice(1), surface.toUpperCase()];
    for (const form of shown) if (!marks.has(form)) marks.set(form, entry);
  }
  // Longest first, so that "Mill Lane" is a street and not a mill.
  const words = [...marks.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return { marks, pattern: new RegExp(`(?<![\\p{L}-])(?:${words.join("|")})(?![\\p{L}-])`, "gu") };
}

const lexicons: Readonly<Record<Language, Lexicon>> = {
  english: compile("english"),
  german: compile("german"),
  french: compile("french"),
};

/** Every surface form of a value in a language, as texts write it in lower case or as a name. */
export function formsOf(attribute: string, value: string, language: Language): string[] {
  const wanted = ([a, v]: readonly [string, string]): boolean => a === attribute && v === value;
  return [...lexicons[language].marks].filter(([, marks]) => marks.some(wanted)).map(([form]) => form);
}

/** Every value of an attribute that a word of the world shows; none where words do not show it. */
export function valuesInLexicon(attribute: string): string[] {
  const marks = Object.values(lexicons).flatMap((lexicon) => [...lexicon.marks.values()].flat());
  return [...new Set(marks.filter(([of]) => of === attribute).map(([, value]) => value))];
}

/** Every form in a language's lexicon, in lower case or as a name. */
export function wordsOf(language: Language): string[] {
  return [...lexicons[language].marks.keys()];
}

/** Marks every occurrence of the world's words, in the language that holds where they stand. */
export function lexiconSpans(text: string, states: readonly Span[], language: Language): Span[] {
  const regions = states.filter((span) => span.attribute === "language");
  const languageAt = (at: number): Language => {
    const inside = regions.filter((span) => span.start <= at && at < span.end);
    return (inside.sort((a, b) => b.start - a.start)[0]?.value as Language | undefined) ?? language;
  };
  const spans: Span[] = [];
  for (const spoken of new Set([language, ...regions.map((span) => span.value as Language)])) {
    const { pattern, marks } = lexicons[spoken];
    for (const match of text.matchAll(pattern)) {
      if (languageAt(match.index) !== spoken) continue;
      for (const [attribute, value] of marks.get(match[0]) ?? []) {
        spans.push({ start: match.index, end: match.index + match[0].length, attribute, value });
      }
      const person = marks.get(match[0])?.find(([attribute]) => attribute === "person");
      if (person) {
        // A full name is a person as a whole; its first word alone is the given name.
        const name = spans.at(-1);
        if (name) name.end = name.start + match[0].indexOf(" ");
      }
    }
  }
  return spans;
}
