/** A stretch of a text that shows a value of an attribute; offsets are UTF-16. */
export interface Evidence {
  start: number;
  end: number;
  value: string;
}

/** What the generator's own knowledge says about an attribute of a text. */
export interface Judgement {
  schema: "steerscope.judge/1";
  attribute: string;
  /** The value most sentences show; null where none shows any. */
  value: string | null;
  /** By value, the share of the text's sentences that show it. */
  scores: Record<string, number>;
  /** How many sentences the text has. */
  sentences: number;
  evidence: Evidence[];
}

/** Attributes a text can be judged for. */
export const judgedAttributes = [
  "mood",
  "topic",
  "polarity",
  "language",
  "politeness",
  "refusal",
  "truth",
  "toxicity",
  "hazard",
  "tense",
  "weather",
  "time",
  "instruction",
  "code",
  "capitals",
  "digit",
  "quote",
  "question",
  "number",
  "object",
  "colour",
  "place",
  "job",
  "pet",
  "pet name",
  "dish",
  "country",
  "street",
  "person",
  "name",
  "family",
  "inn",
  "film",
  "tool",
  "recipe",
] as const;

/** One of them. */
export type JudgedAttribute = (typeof judgedAttributes)[number];
