import { elided, indefinite } from "./grammar.ts";
import type { Random } from "./random.ts";
import { type Slots, sentence } from "./template.ts";
import type { Language } from "./types.ts";
import { dishes, petNames, pets } from "./world/belongings.ts";
import { type Topic, wordings } from "./world/fact-wordings.ts";
import { countries, streets } from "./world/geography.ts";
import type { Resident } from "./world/residents.ts";
import { jobs } from "./world/vocations.ts";

/** Every value a fact can have, as named in the world's lists. */
export const valuesOf: Readonly<Record<Topic, readonly string[]>> = {
  street: streets.map((entry) => entry.value),
  job: jobs.map((entry) => entry.value),
  pet: pets.map((entry) => entry.value),
  "pet name": petNames,
  dish: dishes.map((entry) => entry.value),
  country: countries.map((entry) => entry.value),
};

/** A resident's value for a topic. */
export function factOf(resident: Resident, topic: Topic): string {
  return topic === "pet name" ? resident.petName : resident[topic];
}

function find<T extends { value: string }>(list: readonly T[], value: string): T {
  const found = list.find((entry) => entry.value === value);
  if (!found) throw new RangeError(`the world has no ${value}`);
  return found;
}

/** How a value is written in a language, e.g. "baker" as "Bäckerin" for a woman; pets carry no article. */
export function surface(topic: Topic, value: string, language: Language, sex: "f" | "m"): string {
  if (language === "english" || topic === "pet name") return value;
  const form = sex === "f" ? 1 : 0;
  if (topic === "street") return find(streets, value)[language];
  if (topic === "country") return find(countries, value)[language];
  if (topic === "dish") return find(dishes, value)[language];
  if (topic === "job") return find(jobs, value)[language][form];
  return find(pets, value)[language][1];
}

/** The value as the object of its sentence: "a baker", "einen Hund", "une poule". */
export function withArticle(topic: Topic, value: string, language: Language, sex: "f" | "m"): string {
  const text = surface(topic, value, language, sex);
  if (language === "english") return indefinite(text);
  if (topic !== "pet") return text;
  const gender = find(pets, value)[language][0];
  if (language === "french") return `${gender === "f" ? "une" : "un"} ${text}`;
  return `${{ m: "einen", f: "eine", n: "ein" }[gender]} ${text}`;
}

/** The slots of a fact wording; `value` need not be the true one. */
export function factSlots(resident: Resident, topic: Topic, value: string, language: Language): Slots {
  const { name, sex } = resident;
  return {
    name,
    value: surface(topic, value, language, sex),
    aValue: withArticle(topic, value, language, sex),
    kind: surface("pet", resident.pet, language, sex),
    e: sex === "f" ? "e" : "",
  };
}

/** A fact wording as a sentence of its language; `value` need not be the true one. */
export function factSentence(
  template: string,
  who: Resident,
  topic: Topic,
  language: Language,
  rng: Random,
  value = factOf(who, topic),
): string {
  const text = sentence(template, factSlots(who, topic, value, language), rng);
  return language === "french" ? elided(text) : text;
}

/** The statements of a topic that a split may use. */
export function statements(topic: Topic, language: Language, split: "train" | "held-out"): readonly string[] {
  const { seen, heldOut } = wordings[language][topic];
  return split === "train" ? seen : heldOut;
}
