import { valuesInLexicon } from "../lexicon.ts";
import { surfaceValues } from "../surface.ts";
import { languages } from "./language.ts";
import { phrasebook } from "./phrasebook.ts";
import type { JudgedAttribute } from "./types.ts";
import { tellingWords } from "./words.ts";

/** Attributes whose values come from no list of words. */
const computed: Readonly<Record<string, readonly string[]>> = {
  language: languages,
  truth: ["true statement", "false statement"],
  code: ["Python-like", "JSON-like"],
};

/** Every value that the judge can find of an attribute, in the order in which its sources name them. */
export function judgedValues(attribute: JudgedAttribute): string[] {
  const phrases = phrasebook.filter((it) => it.attribute === attribute).map(({ value }) => value);
  return [
    ...new Set([
      ...(computed[attribute] ?? surfaceValues(attribute)),
      ...phrases,
      ...Object.keys(tellingWords[attribute] ?? {}),
      ...valuesInLexicon(attribute),
    ]),
  ];
}
