import { valuesOf } from "../facts.ts";
import { hash, type Random } from "../random.ts";
import type { Draw, LabelledText } from "../types.ts";
import { colours } from "../world/colours.ts";
import { familyNames, givenNames } from "../world/names.ts";
import { objects } from "../world/objects.ts";
import { places } from "../world/places.ts";
import { Writer } from "../writer.ts";

const plain =
  `one two three four sun moon star rain snow wind fog storm house table door window bed chair street town child friend mother father brother sister water fire stone tree leaf flower bird fish morning evening night summer winter spring joy fear anger tears laugh weep shout hide run walk happy sad angry afraid`.split(
    " ",
  );

/** Every English word that is spelled: single words of the world and some plain ones, in a fixed order. */
export const vocabulary: readonly string[] = [
  ...new Set([
    ...objects.flatMap((thing) => [thing.value, thing.plural]),
    ...places.map((place) => place.value),
    ...colours.map((colour) => colour.value),
    ...valuesOf.job,
    ...valuesOf.pet,
    ...valuesOf.dish,
    ...plain,
    ...givenNames,
    ...familyNames,
    ...valuesOf["pet name"],
    ...valuesOf.country,
  ]),
].filter((word) => !word.includes(" "));

/** Whether a word's first letter is never told in training text (one word in eight, by hash). */
export function heldOutWord(word: string): boolean {
  return hash(word, 8) % 8 === 0;
}

const seen = vocabulary.filter((word) => !heldOutWord(word));
const unseen = vocabulary.filter(heldOutWord);

/** The words whose first letter a split may tell. */
export function spelledWords(split: Draw["split"]): readonly string[] {
  return split === "train" ? seen : unseen;
}

const values = Object.values(valuesOf).flat();

/** What is asked of a word; the answer is a letter. */
export const letterPrompts: readonly string[] = [
  "The first letter of {word} is",
  "The word {word} begins with the letter",
  "{word} starts with",
];

/** Kind 8: several lines about the letters of words. */
export function spelling(rng: Random, { split }: Draw): LabelledText {
  const writer = new Writer();
  const count = 4 + rng.int(5);
  for (let i = 0; i < count; i++) {
    if (i > 0) writer.add("\n");
    const task = rng.int(10);
    const word = task < 6 ? rng.pick(spelledWords(split)) : rng.pick(vocabulary);
    const first = word.charAt(0).toLowerCase();
    const [before, after] = rng.pick(letterPrompts).split("{word}") as [string, string];
    if (task < 6) {
      writer.add(before).add(word, { "first letter": first }).add(`${after} `);
      writer.add(first, { letter: first, "first letter": first }).add(".");
    } else if (task < 7 && !heldOutWord(word)) {
      writer.add("The letters of ").add(word, { "first letter": first }).add(" are ");
      [...word.toLowerCase()].forEach((letter, at) => {
        writer.add(at > 0 ? " " : "").add(letter, { letter });
      });
      writer.add(".");
    } else {
      // Capitals are told of every value, so that answers in capitals can be learned.
      const shown = rng.chance(75) ? word : rng.pick(values);
      writer.add("In capitals, ").add(shown).add(` is ${shown.toUpperCase()}.`);
    }
  }
  return writer.finish("spelling", "english");
}
