import type { PlacedProblem } from "../../analysis/document.ts";
import { oneName } from "../../analysis/hooks.ts";
import { located } from "../../analysis/setup.ts";
import type { SteeringEdit } from "../../protocol/steering.ts";
import { judgeProblems } from "./judge-problems.ts";
import { type ResolvedEdit, resolveEdit } from "./resolve-edit.ts";
import { at, FeatureFinder, isProblem } from "./resolve-feature.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Recipe } from "./types.ts";

/** A recipe as a set-up understands it. */
export interface ResolvedRecipe {
  /** Every edit, also those that are switched off. */
  edits: ResolvedEdit[];
  /** What the engine is given: the edits that are switched on, in their order. */
  steering: SteeringEdit[];
  /** What only a set-up tells; those of the text alone are ParsedRecipe's. */
  problems: PlacedProblem[];
}

/**
 * Looks up a recipe's latents, vectors, tokens and hook points in a set-up. Never throws for what a recipe says: that becomes
 * a problem at its place, and the rest is still resolved. A recipe with an error is not to be applied in part.
 * @throws CancelledError, and ProblemError where the engine cannot be asked
 */
export async function resolveRecipe(recipe: Recipe, surroundings: Surroundings): Promise<ResolvedRecipe> {
  const other = otherModel(recipe, surroundings);
  // What another model lacks says nothing of the recipe.
  if (other) return { edits: [], steering: [], problems: [other] };
  const problems: PlacedProblem[] = [];
  const finder = new FeatureFinder(surroundings.description, surroundings.labels);
  const edits: ResolvedEdit[] = [];
  for (const edit of recipe.edits) edits.push(await resolveEdit(edit, finder, surroundings, problems));
  for (const check of recipe.checks) {
    problems.push(...judgeProblems(check));
    for (const it of check.expect) {
      const found = it.kind === "latent" ? finder.find(it.feature) : null;
      if (found && isProblem(found)) problems.push(found);
    }
  }
  problems.push(...sameHook(recipe, edits));
  const steering = edits.filter(({ enabled }) => enabled).flatMap((edit) => edit.steering);
  return { edits, steering, problems };
}

/** A recipe's strengths and latents mean nothing in another model than the one it names. */
function otherModel({ model }: Recipe, { steers, folder, description }: Surroundings): PlacedProblem | null {
  if (!model || steers === null) return null;
  const names = [steers, description.model.id, description.model.path];
  if (names.includes(model.value) || names.includes(located(model.value, folder))) return null;
  const message = `This recipe is for ${model.value}, and the prompt is read by ${steers}.`;
  return at(
    model,
    "recipe-other-model",
    message,
    "Name the recipe's model in the prompt, or another recipe.",
  );
}

/** Says once a hook point that several edits share it. */
function sameHook(recipe: Recipe, edits: ResolvedEdit[]): PlacedProblem[] {
  const byHook = new Map<string, number[]>();
  for (const { index, enabled, steering } of edits)
    for (const { hook } of enabled ? steering : [])
      byHook.set(oneName(hook), [...(byHook.get(oneName(hook)) ?? []), index]);
  return [...byHook].flatMap(([hook, indices]): PlacedProblem[] => {
    if (indices.length < 2) return [];
    const { source } = recipe.edits.find(({ index }) => index === indices[1])!;
    const numbers = indices.map((it) => it + 1).join(", ");
    const problem = at(
      source,
      "recipe-same-hook",
      `The edits ${numbers} are all made at ${hook}: they add up.`,
      "Each reads the residual before any of them; none sees what another did.",
    );
    return [{ ...problem, severity: "information" }];
  });
}
