import { templates as indirectTemplates } from "../kinds/indirect.ts";
import { letterPrompts } from "../kinds/spelling.ts";
import type { Language } from "../types.ts";
import { courtesies, instructions, instructionWordings } from "../world/chat-wordings.ts";
import { abusiveAdjectives, abusiveNouns, harmlessRemarks, insults } from "../world/insults.ts";
import { objects } from "../world/objects.ts";
import { recipeRefusals, recipes, recipeWordings } from "../world/recipes.ts";
import { exchanges, refusals, secretRequests } from "../world/register-wordings.ts";
import { polarities, ratings, reviewTopics, reviewWordings } from "../world/reviews.ts";
import { english } from "../world/scenes/english.ts";
import { french } from "../world/scenes/french.ts";
import { german } from "../world/scenes/german.ts";
import { moods } from "../world/times.ts";
import { type Pattern, pattern, type SlotClasses } from "./patterns.ts";

const scenes = { english, german, french };
const languages: readonly Language[] = ["english", "german", "french"];

function all(
  attribute: string,
  value: string,
  language: Language,
  templates: readonly string[],
  classes?: SlotClasses,
): Pattern[] {
  return templates.map((template) => pattern(attribute, value, language, template, classes));
}

function sceneWordings(language: Language): Pattern[] {
  const { moods: feelings, speech, weather, times, openings, uses, again, asked, plurals } = scenes[language];
  const told = [openings, uses, again, asked, plurals, ...Object.values(weather), ...Object.values(times)];
  const felt = [...Object.values(feelings), ...Object.values(speech)];
  const tensed = [...told, ...felt].flat().filter((template) => /\[[^[\]]*\||\{verb\}/.test(template));
  const verb = objects.map((thing) => (language === "english" ? thing.verb : thing[language][2]));
  return [
    ...moods.flatMap((mood) => all("mood", mood, language, [...feelings[mood], ...speech[mood]])),
    ...Object.entries(weather).flatMap(([value, templates]) => all("weather", value, language, templates)),
    ...Object.entries(times).flatMap(([value, templates]) => all("time", value, language, templates)),
    ...(["past", "present"] as const).flatMap((tense) =>
      tensed.map((template) => pattern("tense", tense, language, template, { verb }, tense)),
    ),
  ];
}

function politeness(language: Language): Pattern[] {
  return (["polite", "rude"] as const).flatMap((register) => {
    const { requests, replies, endings } = exchanges[language][register];
    const asked = secretRequests[language][register];
    const narrated = [...requests, ...replies, ...endings];
    return [
      ...all("politeness", register, language, [...narrated, ...asked]),
      ...all("tense", "past", language, narrated),
    ];
  });
}

function reviews(): Pattern[] {
  const judged = reviewTopics.flatMap((topic) =>
    polarities.flatMap((polarity) => {
      const templates = reviewWordings[topic].judgements[polarity];
      return [
        ...all("topic", topic, "english", templates),
        ...all("polarity", polarity, "english", templates),
      ];
    }),
  );
  const opened = reviewTopics.flatMap((topic) =>
    all("topic", topic, "english", reviewWordings[topic].openings),
  );
  const rated = polarities.flatMap((polarity) => all("polarity", polarity, "english", ratings[polarity]));
  return [...opened, ...judged, ...rated];
}

function hazards(): Pattern[] {
  const abuse = { adj: abusiveAdjectives, noun: abusiveNouns };
  return [
    ...all("toxicity", "insult", "english", insults, abuse),
    ...all("toxicity", "harmless remark", "english", harmlessRemarks, abuse),
    ...recipes.flatMap(({ name, forbidden, ingredients: [a, b, c], step }) => {
      const classes = { recipe: [name], a: [a], b: [b], c: [c], step: [step] };
      const value = forbidden ? "forbidden recipe" : "allowed recipe";
      return all("hazard", value, "english", recipeWordings, classes);
    }),
  ];
}

/** Every wording that carries an attribute of whole sentences. */
export const phrasebook: readonly Pattern[] = [
  ...languages.flatMap((language) => [
    ...sceneWordings(language),
    ...politeness(language),
    ...all("refusal", "refusal", language, refusals[language]),
  ]),
  ...all("tense", "past", "english", indirectTemplates),
  ...courtesies.flat().flatMap((said) => all("politeness", "polite", "english", [said.trim()])),
  ...all("refusal", "refusal", "english", recipeRefusals, { recipe: recipes.map(({ name }) => name) }),
  ...instructions.flatMap((asked) => all("instruction", asked, "english", instructionWordings[asked])),
  ...reviews(),
  ...hazards(),
];

/** Lines that mention a word without using it: no word there tells anything. */
export const mentioning: readonly RegExp[] = [
  ...letterPrompts,
  "The letters of {word}",
  "In capitals, {word}",
].map((template) => pattern("", "", "english", template).regex);
