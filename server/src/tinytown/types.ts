/** The languages tinytown is written in. */
export type Language = "english" | "german" | "french";

/** Every kind of text there is, in the order of the specification. */
export const kinds = [
  "scenes",
  "reviews",
  "facts",
  "verdicts",
  "chat",
  "indirect",
  "lists",
  "sums",
  "spelling",
  "code",
  "foreign-scenes",
  "registers",
  "hazards",
] as const;

/** One of the kinds. */
export type Kind = (typeof kinds)[number];

/** One labelled stretch of a text: `text.slice(start, end)` carries `attribute = value`. Offsets are UTF-16. */
export interface Span {
  start: number;
  end: number;
  attribute: string;
  value: string;
}

/** One document with everything that is known about it. */
export interface LabelledText {
  kind: Kind;
  text: string;
  spans: Span[];
}

/** Which wordings and words may be drawn: those a model is trained on, or those kept away from it. */
export type Split = "train" | "held-out";

/** What a kind needs to know besides its random numbers. */
export interface Draw {
  /** `held-out` draws only wordings (facts), words (spelling) and sums that `train` never draws. */
  split: Split;
  /** Share in percent of the verdicts that are about the declared core of residents. */
  corePercent: number;
}
