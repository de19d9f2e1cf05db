import { generate, type Kind, type LabelledText } from "../../server/src/tinytown/index.ts";

/** What completions are asked to show, as the generator's judge decides. */
export interface Wish {
  attribute: string;
  value: string;
  /** Kind of text whose first sentences are the prompts. */
  kind: Kind;
  /** Kinds of text that latents are chosen on. */
  labelled: Kind[];
}

const scenes: Kind[] = ["scenes", "foreign-scenes"];
const mood = (value: string): Wish => ({ attribute: "mood", value, kind: "scenes", labelled: ["scenes"] });

/** Twelve wishes, each of which an unsteered completion of its prompts rarely fulfils, or not always. */
export const wishes: Wish[] = [
  mood("cheerful"),
  mood("sad"),
  mood("angry"),
  mood("afraid"),
  { attribute: "language", value: "german", kind: "scenes", labelled: scenes },
  { attribute: "language", value: "french", kind: "scenes", labelled: scenes },
  { attribute: "tense", value: "present", kind: "scenes", labelled: ["scenes"] },
  { attribute: "weather", value: "snow", kind: "scenes", labelled: ["scenes"] },
  { attribute: "weather", value: "storm", kind: "scenes", labelled: ["scenes"] },
  { attribute: "time", value: "night", kind: "scenes", labelled: ["scenes"] },
  { attribute: "polarity", value: "positive", kind: "reviews", labelled: ["reviews"] },
  { attribute: "polarity", value: "negative", kind: "reviews", labelled: ["reviews"] },
];

/** Seeds that no other drawing of the trial has. */
const seeds = { prompts: 90_001, labelled: 90_002 };

/**
 * `n` different beginnings that say nothing of the attribute (and in English and the past tense where another is wished for);
 * a place in a longer list, so that those for choosing strengths and those for measuring are others.
 */
export function promptsFor({ attribute, value, kind }: Wish, from: number, n: number): string[] {
  const found = new Set<string>();
  const beginningOf = attribute === "weather" || attribute === "time" ? openBeginning : firstSentence;
  for (const text of generate({ kinds: [kind], n: 5000, seed: seeds.prompts })) {
    const beginning = beginningOf(text, attribute, value);
    if (beginning !== null) found.add(beginning);
    if (found.size === from + n) return [...found].slice(from);
  }
  throw new Error(`There are too few beginnings for ${attribute}: ${found.size}.`);
}

/** The first sentence of a text, where it fits. */
function firstSentence({ text, spans }: LabelledText, attribute: string, value: string): string | null {
  const end = /[.!?](?=\s)/.exec(text)?.index;
  if (end === undefined) return null;
  const says = spans.filter((span) => span.start <= end);
  const told = says.some((it) => it.attribute === attribute && (attribute !== "tense" || it.value === value));
  const isEnglish = says.every((it) => it.attribute !== "language" || it.value === "english");
  return (attribute === "language" || !told) && isEnglish ? text.slice(0, end + 1) : null;
}

/** Scenes tell weather and time first, so here they begin with someone and a place only. */
function openBeginning({ text, spans }: LabelledText): string | null {
  const said = (attribute: string) => spans.find((span) => span.attribute === attribute);
  const [name, place] = [said("name"), said("place")];
  if (!name || !place) return null;
  return `${text.slice(name.start, name.end)} hurried to the ${text.slice(place.start, place.end)}.`;
}

/** Labelled text to choose latents on. */
export function labelledFor({ labelled }: Wish, n: number): LabelledText[] {
  return [...generate({ kinds: labelled, n, seed: seeds.labelled })];
}
