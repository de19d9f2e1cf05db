import type { ScorerSpec } from "../../../protocol/compare.ts";
import { judgeScorer } from "./judge.ts";
import { patternScorer } from "./pattern.ts";
import type { Scorer } from "./scorer.ts";
import { wordsScorer } from "./words.ts";

export type { Scorer } from "./scorer.ts";

/** The scorer that a description means. @throws ProblemError `scorer-invalid` */
export function scorerOf(spec: ScorerSpec): Scorer {
  switch (spec.kind) {
    case "judge":
      return judgeScorer(spec.attribute, spec.value);
    case "words":
      return wordsScorer(spec.words);
    case "pattern":
      return patternScorer(spec.pattern);
  }
}
