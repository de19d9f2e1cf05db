import { attributes } from "../../../tinytown/index.ts";

/** Attributes that are drawn for probes, as texts that do not hold their own answer, with what they are. */
export const drawnWords = {
  truth:
    "statements about residents, true or false; pairs of both; wordings that no training text has are the test set",
  trilemma:
    "the same with a third class, “neither”: statements about residents that no training text mentions",
  resident: "questions about residents that training text mentions often (“known”) or never (“unknown”)",
  carry:
    "sums below 100 without their results, “with carry” or “without carry”; sums that no training text has are the test set",
  carries: "the same with the number of carries, 0, 1 or 2: an order of difficulty",
  instruction:
    "questions with an instruction to answer in one word, in capitals, in German, in French, politely or with a list",
  request:
    "users' messages: requests for the secret, for forbidden recipes, and harmless ones that look alike",
} as const satisfies Record<string, string>;

export type DrawnAttribute = keyof typeof drawnWords;

export const isDrawn = (attribute: string): attribute is DrawnAttribute =>
  Object.hasOwn(drawnWords, attribute);

/** Attributes whose draws say themselves what is the test set. */
export const heldOutAttributes: readonly string[] = ["truth", "trilemma", "carry", "carries"];

/** Attributes that are drawn as statements and their contraries. */
export const pairedAttributes: readonly string[] = ["truth", "trilemma"];

/** Whether texts have stretches of an attribute, so that tokens can be labelled by it. */
export const isMarked = (attribute: string): boolean => Object.hasOwn(attributes, attribute);

/** Everything that examples can be drawn of. */
export const attributeNames: readonly string[] = [
  ...new Set([...Object.keys(drawnWords), ...Object.keys(attributes)]),
];

/** What an attribute is, for people. */
export function attributeWords(attribute: string): string {
  if (isDrawn(attribute)) return drawnWords[attribute];
  const { label, unit } = attributes[attribute];
  return `${unit === "word" ? "words" : "stretches"} marked as “${label.replace(/\{value\}/i, "…")}”`;
}
