import { type Scorer, scorerOf } from "./scorers/index.ts";
import type { Subject } from "./subject.ts";

/** What a recipe's checks look for first, a judged value before words; null where they look for neither. */
export function usualScorer({ recipes }: Pick<Subject, "recipes">): Scorer | null {
  const expected = recipes.flatMap(({ recipe }) => recipe.checks.flatMap(({ expect }) => expect));
  const judged = expected.find(({ kind }) => kind === "judge");
  if (judged?.kind === "judge")
    return scorerOf({ kind: "judge", attribute: judged.attribute, value: judged.value });
  const words = expected.find(({ kind }) => kind === "contains");
  return words?.kind === "contains" ? scorerOf({ kind: "words", words: words.texts }) : null;
}
