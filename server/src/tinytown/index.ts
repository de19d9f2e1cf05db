import { chat } from "./kinds/chat.ts";
import { code } from "./kinds/code.ts";
import { facts } from "./kinds/facts.ts";
import { hazards } from "./kinds/hazards.ts";
import { indirect } from "./kinds/indirect.ts";
import { lists } from "./kinds/lists.ts";
import { registers } from "./kinds/registers.ts";
import { reviews } from "./kinds/reviews.ts";
import { foreignScenes, scenes } from "./kinds/scenes.ts";
import { spelling } from "./kinds/spelling.ts";
import { sums } from "./kinds/sums.ts";
import { verdicts } from "./kinds/verdicts.ts";
import { type Random, random } from "./random.ts";
import { type Draw, type Kind, kinds, type LabelledText, type Split } from "./types.ts";

export { attributes } from "./attributes.ts";
export { type Kind, kinds, type LabelledText, type Language, type Span, type Split } from "./types.ts";

const writers: Readonly<Record<Kind, (rng: Random, draw: Draw) => LabelledText>> = {
  scenes,
  reviews,
  facts,
  verdicts,
  chat,
  indirect,
  lists,
  sums,
  spelling,
  code,
  "foreign-scenes": foreignScenes,
  registers,
  hazards,
};

/** What to draw. */
export interface GenerateOptions {
  /** Kinds to draw from, in equal shares; all of them when left out. */
  kinds?: readonly Kind[];
  /** How many documents. */
  n: number;
  /** Any whole number; the same seed gives the same documents everywhere. */
  seed: number;
  /** `held-out` draws facts in wordings, letters of words, and sums that `train` (the default) never draws. */
  split?: Split;
  /** Percent of the verdicts that are about the declared core of residents; 70 when left out. */
  corePercent?: number;
}

/**
 * Draws labelled documents, lazily. Every document has its own random numbers, so the first n of a longer draw are
 * the same. Throws a RangeError on an unknown kind.
 */
export function* generate(options: GenerateOptions): Iterable<LabelledText> {
  const { n, seed, split = "train", corePercent = 70 } = options;
  const drawn = options.kinds ?? kinds;
  for (const kind of drawn)
    if (!Object.hasOwn(writers, kind)) throw new RangeError(`no kind of text ${kind}`);
  for (let i = 0; i < n; i++) {
    const rng = random(seed, `${split}/${i}`);
    yield writers[rng.pick(drawn)](rng, { split, corePercent });
  }
}
