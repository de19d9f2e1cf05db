import { at, plainObject, theObject, towards } from "../grammar.ts";
import type { Random } from "../random.ts";
import { type Slots, sentence } from "../template.ts";
import type { LabelledText, Language } from "../types.ts";
import { colourNamed } from "../world/colours.ts";
import { givenNames, men, women } from "../world/names.ts";
import { objectNamed, objects } from "../world/objects.ts";
import { type Place, places } from "../world/places.ts";
import { english } from "../world/scenes/english.ts";
import { french } from "../world/scenes/french.ts";
import { german } from "../world/scenes/german.ts";
import { moods, type Time, times, type Weather, weathers } from "../world/times.ts";
import { Writer } from "../writer.ts";

const phrases = { english, german, french };

/** "a rainy morning" in each language (German nominative). */
const weatherTime = {
  english: (weather: Weather, time: Time): string => `a ${weather.english} ${time.value}`,
  german: ({ german: stem }: Weather, { german: [gender, noun] }: Time): string =>
    gender === "f" ? `eine ${stem}e ${noun}` : `ein ${stem}er ${noun}`,
  french: ({ french: forms }: Weather, { french: [gender, noun] }: Time): string =>
    gender === "f" ? `une ${noun} ${forms[1]}` : `un ${noun} ${forms[0]}`,
};

const pronouns: Readonly<Record<Language, Readonly<Record<"f" | "m", Slots>>>> = {
  english: { f: { he: "she", his: "her", him: "her" }, m: { he: "he", his: "his", him: "him" } },
  german: {
    f: { he: "sie", sein: "ihr", dat: "ihr", acc: "sie" },
    m: { he: "er", sein: "sein", dat: "ihm", acc: "ihn" },
  },
  french: { f: { he: "elle", e: "e", x: "se" }, m: { he: "il", e: "", x: "x" } },
};

function slotsFor(
  language: Language,
  place: Place,
  rng: Random,
): { slots: Slots; weather: Weather; time: Time } {
  const sex = rng.chance(50) ? "f" : "m";
  const name = rng.pick(sex === "f" ? women : men);
  // A place tells its objects, an object its verb and its colours: every value matters to what follows.
  const thing = rng.chance(75) ? objectNamed(rng.pick(place.objects)) : rng.pick(objects);
  const colour = colourNamed(rng.pick(thing.colours));
  const time = rng.pick(times);
  // No night is sunny.
  const weather = rng.pick(weathers.filter(({ value }) => value !== "sun" || time.value !== "night"));
  const many = rng.pick(objects);
  const slots = {
    ...pronouns[language][sex],
    name,
    other: rng.pick(givenNames.filter((given) => given !== name)),
    to: towards[language](place),
    at: at[language](place),
    object: theObject[language](thing, colour),
    plain: plainObject[language](thing),
    verb: language === "english" ? thing.verb : thing[language][2],
    aWeatherTime: weatherTime[language](weather, time),
    time: time.value,
    colour: rng.pick(many.colours),
    objects: many.plural,
    count: rng.pick(["Two", "Three", "Four", "Five", "Many"]),
  };
  return { slots, weather, time };
}

/** A small story with a mood, a time, weather and a place; each stretch is marked with what it tells. */
export function scene(rng: Random, language: Language): LabelledText {
  const { openings, uses, again, weather: skies, times: hours, moods: feelings, ...rest } = phrases[language];
  const mood = rng.pick(moods);
  const tense = rng.chance(65) ? "past" : "present";
  const { slots, weather, time } = slotsFor(language, rng.pick(places), rng);
  const writer = new Writer();
  const say = (template: string, marks: Readonly<Record<string, string>> = {}): void => {
    const space = writer.text === "" ? "" : " ";
    writer.add(space + sentence(template, slots, rng, tense), { ...marks, tense });
  };
  say(rng.pick(openings));
  const felt = writer.text.length + 1;
  const feel = rng.sample(feelings[mood], 3);
  say(feel[0] as string);
  const middle: (() => void)[] = [
    () => say(rng.pick(skies[weather.value] ?? []), { weather: weather.value }),
    () => say(rng.pick(hours[time.value] ?? []), { time: time.value }),
    () => {
      say(rng.pick(uses));
      if (rng.chance(70)) say(rng.pick(again));
    },
    () => say(feel[1] as string),
  ];
  if (rng.chance(50)) middle.push(() => say(rng.pick(rest.speech[mood])));
  if (rng.chance(20)) middle.push(() => say(rng.pick(rest.asked)));
  if (rest.plurals.length > 0 && rng.chance(35)) middle.push(() => say(rng.pick(rest.plurals)));
  const kept = rng.sample(middle, middle.length - rng.int(2));
  for (const step of kept) step();
  say(feel[2] as string);
  writer.mark("mood", mood, felt);
  return writer.finish(language === "english" ? "scenes" : "foreign-scenes", language);
}

/** Kind 1: scenes in English. */
export function scenes(rng: Random): LabelledText {
  return scene(rng, "english");
}

/** Kind 10: the same scenes in German and in French. */
export function foreignScenes(rng: Random): LabelledText {
  return scene(rng, rng.chance(50) ? "german" : "french");
}
