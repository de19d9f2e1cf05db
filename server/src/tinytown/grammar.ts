import type { Colour } from "./world/colours.ts";
import type { Thing } from "./world/objects.ts";
import type { Place } from "./world/places.ts";

/** Grammatical gender of a noun. */
export type Gender = "m" | "f" | "n";

/** "a" or "an". */
export function indefinite(phrase: string): string {
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
}

/** French definite article, elided before a vowel or a mute h: "le moulin", "l'école", "l'hôpital". */
export function frenchThe(gender: Gender, noun: string): string {
  if (/^[aeiouéèêâîôûh]/.test(noun)) return `l'${noun}`;
  return `${gender === "f" ? "la" : "le"} ${noun}`;
}

/** French "à" with its article: "au moulin", "à la gare", "à l'école". */
export function frenchAt(gender: Gender, noun: string): string {
  const the = frenchThe(gender, noun);
  return the.startsWith("le ") ? `au ${noun}` : `à ${the}`;
}

/** Where something happens, without a capital: "at the mill", "an der Mühle", "au moulin". */
export const at = {
  english: (place: Place): string => `${place.at} the ${place.value}`,
  german: ({ german: [gender, noun, preposition] }: Place): string => {
    if (gender === "f") return `${preposition} der ${noun}`;
    const short = { an: "am", in: "im", auf: "auf dem" };
    return `${short[preposition]} ${noun}`;
  },
  french: ({ french: [gender, noun, preposition] }: Place): string =>
    preposition === "à" ? frenchAt(gender, noun) : `${preposition} ${frenchThe(gender, noun)}`,
};

/** Where someone goes: "to the mill", "zur Mühle", "vers le moulin". */
export const towards = {
  english: (place: Place): string => `to the ${place.value}`,
  german: ({ german: [gender, noun] }: Place): string => `${gender === "f" ? "zur" : "zum"} ${noun}`,
  french: ({ french: [gender, noun] }: Place): string => `vers ${frenchThe(gender, noun)}`,
};

/** The coloured object as a direct object: "the red lamp", "die rote Lampe", "la lampe rouge". */
export const theObject = {
  english: (thing: Thing, colour: Colour): string => `the ${colour.value} ${thing.value}`,
  german: ({ german: [gender, noun] }: Thing, colour: Colour): string => {
    const article = { m: "den", f: "die", n: "das" }[gender];
    return `${article} ${colour.german}${gender === "m" ? "en" : "e"} ${noun}`;
  },
  french: ({ french: [gender, noun] }: Thing, colour: Colour): string =>
    `${frenchThe(gender, noun)} ${colour.french[gender === "f" ? 1 : 0]}`,
};

/** The bare object as a direct object: "the lamp", "die Lampe", "la lampe". */
export const plainObject = {
  english: (thing: Thing): string => `the ${thing.value}`,
  german: ({ german: [gender, noun] }: Thing): string =>
    `${{ m: "den", f: "die", n: "das" }[gender]} ${noun}`,
  french: ({ french: [gender, noun] }: Thing): string => frenchThe(gender, noun),
};

/** French text with "de" and "que" elided before names that begin with a vowel: "d'Anna", "qu'Anna". */
export function elided(text: string): string {
  return text.replace(/\b([Dd]|qu)e (?=[AEIOU])/g, "$1'");
}

/** The first letter in upper case. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
