import type { PlacedProblem } from "../../analysis/document.ts";
import { judgedAttributes } from "../../tinytown/judge/types.ts";
import { judgedValues } from "../../tinytown/judge/values.ts";
import { nearest } from "../../yaml/nearest.ts";
import { at } from "./resolve-feature.ts";
import type { RecipeCheck } from "./types.ts";

/** Values named where one is not known: of names there are hundreds. */
const MOST_NAMED = 12;

/** Expectations that no text could meet: the judge knows no such attribute, or finds no such value of it. */
export function judgeProblems({ expect }: RecipeCheck): PlacedProblem[] {
  return expect.flatMap((it): PlacedProblem[] => {
    if (it.kind !== "judge") return [];
    const attribute = judgedAttributes.find((known) => known === it.attribute);
    if (!attribute)
      return [unknown(it, `The judge knows no attribute “${it.attribute}”.`, it.attribute, judgedAttributes)];
    const values = judgedValues(attribute);
    if (values.includes(it.value)) return [];
    return [unknown(it, `The judge finds no “${it.value}” of ${attribute} in any text.`, it.value, values)];
  });
}

function unknown(
  place: { start: number; end: number },
  message: string,
  word: string,
  known: readonly string[],
): PlacedProblem {
  const meant = nearest(word, known);
  const named = known.slice(0, MOST_NAMED).join(", ");
  const all = known.length > MOST_NAMED ? `${named} and ${known.length - MOST_NAMED} more` : named;
  const remedy = meant ? `Did you mean “${meant}”?` : `It knows ${all}.`;
  // Only this check cannot be run: the recipe steers, and its other checks run.
  return { ...at(place, "recipe-judge-unknown", message, remedy), severity: "warning" };
}
