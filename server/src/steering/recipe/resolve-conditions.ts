import type { PlacedProblem } from "../../analysis/document.ts";
import { depth } from "../../analysis/hooks.ts";
import type { SteeringCondition } from "../../protocol/steering.ts";
import { at, type FeatureFinder, isProblem } from "./resolve-feature.ts";
import { resolveProbeCondition } from "./resolve-probe.ts";
import type { Surroundings } from "./surroundings.ts";
import type { FeatureReference, RecipeBounds, RecipeCondition } from "./types.ts";
import { boundWords } from "./words.ts";

/** A condition as the engine takes it, and in words. */
export interface ResolvedCondition {
  condition: SteeringCondition;
  words: string;
  /** Where it looks, and what looks there. */
  hook: string;
  by: string;
}

/**
 * Resolves what an edit waits for; what is wrong is added to `problems`.
 * @param hooks where the edit is made
 * @throws CancelledError
 */
export async function resolveConditions(
  when: readonly RecipeCondition[],
  hooks: readonly string[],
  finder: FeatureFinder,
  surroundings: Surroundings,
  problems: PlacedProblem[],
): Promise<ResolvedCondition[]> {
  const resolved: ResolvedCondition[] = [];
  for (const it of when) {
    const bounds = boundsOf(it);
    const found =
      "feature" in it
        ? onLatent(it.feature, bounds, finder, surroundings)
        : await resolveProbeCondition(it.probe, bounds, surroundings);
    if (isProblem(found)) {
      problems.push(found);
      continue;
    }
    const early = hooks.find((own) => depth(own) < depth(found.hook));
    if (early === undefined) resolved.push(found);
    else {
      const message = `The condition looks at ${found.hook} (${found.by}), which comes after the edit at ${early}.`;
      const what = "feature" in it ? "a latent" : "a probe";
      const remedy = `Take ${what} of the edit's own hook point or of an earlier one.`;
      problems.push(at("feature" in it ? it.feature : it.probe, "recipe-condition-later", message, remedy));
    }
  }
  return resolved;
}

function onLatent(
  feature: FeatureReference,
  bounds: RecipeBounds,
  finder: FeatureFinder,
  { description }: Surroundings,
): ResolvedCondition | PlacedProblem {
  const found = finder.find(feature);
  if (isProblem(found)) return found;
  const { hook, id } = description.saes[found.sae];
  const words = boundWords(`${id}/${found.latent}`, bounds);
  return { condition: { ...found, ...bounds }, words, hook, by: id };
}

const boundsOf = ({ above, below, release }: RecipeCondition): RecipeBounds => ({
  ...(above !== undefined && { above }),
  ...(below !== undefined && { below }),
  ...(release !== undefined && { release }),
});
