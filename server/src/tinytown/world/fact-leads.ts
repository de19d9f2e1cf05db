import type { Language } from "../types.ts";
import type { Topic } from "./fact-wordings.ts";

const english = ["As you know, ", "In fact, ", "I heard that ", "They say that ", "You see, "];
const german = ["Jeder weiß: ", "Man sagt: ", "Wie gesagt: "];
const french = ["Chacun le sait : ", "On dit que ", "En effet, "];

const same = (leads: readonly string[]): Record<Topic, readonly string[]> => ({
  street: leads,
  job: leads,
  pet: leads,
  "pet name": leads,
  dish: leads,
  country: leads,
});

/** Words before a statement that begins with the name; some speak of a place or time that suits the fact. */
export const leads: Readonly<Record<Language, Readonly<Record<Topic, readonly string[]>>>> = {
  english: {
    street: [...english, "In the town, "],
    job: [...english, "In the town, "],
    pet: [...english, "At home, ", "In the town, "],
    "pet name": [...english, "At home, "],
    dish: [...english, "On Sundays, "],
    country: [...english, "In truth, "],
  },
  german: same(german),
  french: same(french),
};
