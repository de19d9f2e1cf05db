import { toInspect } from "../analysis/inspect.ts";
import type { InspectResult } from "../protocol/inspect.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { analyseHere, type Worked } from "./analyse-here.ts";
import type { PromptSource } from "./prompt-source.ts";

export type Inspected = Worked<InspectResult>;

export interface InspectWishes {
  topK: number;
  /** Features as hovers choose them rather than strongest first. */
  ranked: boolean;
  /** Tokens with what the model expected at and after them. */
  guesses: boolean;
}

/** Analyses a prompt with an engine of our own. */
export function inspectHere(source: PromptSource, wishes: InspectWishes): Promise<Inspected> {
  return analyseHere(source, (document) =>
    toInspect(document, {
      topK: wishes.topK,
      ranking: wishes.ranked ? defaultSettings : undefined,
      guesses: wishes.guesses,
    }),
  );
}
