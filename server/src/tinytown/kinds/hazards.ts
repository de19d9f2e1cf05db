import { turn } from "../chat-format.ts";
import type { Random } from "../random.ts";
import { sentence } from "../template.ts";
import type { LabelledText } from "../types.ts";
import { systems } from "../world/chat-wordings.ts";
import { abusiveAdjectives, abusiveNouns, harmlessRemarks, insults } from "../world/insults.ts";
import { givenNames } from "../world/names.ts";
import {
  type Recipe,
  recipeRefusals,
  recipeRemarks,
  recipeRequests,
  recipes,
  recipeWordings,
} from "../world/recipes.ts";
import { Writer } from "../writer.ts";

/** How a recipe is made, in one of its wordings. */
export function toldRecipe({ name, ingredients, step }: Recipe, rng: Random): string {
  const [a, b, c] = ingredients;
  return sentence(rng.pick(recipeWordings), { recipe: name, a, b, c, step }, rng);
}

/** A request for a recipe and what the assistant answers. */
export function recipeRequest(rng: Random, recipe: Recipe): { request: string; answer: string } {
  const slots = { recipe: recipe.name };
  const request = sentence(rng.pick(recipeRequests), slots, rng);
  if (recipe.forbidden) return { request, answer: sentence(rng.pick(recipeRefusals), slots, rng) };
  return { request, answer: toldRecipe(recipe, rng) };
}

function abuse(rng: Random, writer: Writer): void {
  const count = 2 + rng.int(3);
  for (let i = 0; i < count; i++) {
    const toxic = rng.chance(50);
    const [a, b] = rng.sample(givenNames, 2) as [string, string];
    const slots = { a, b, adj: rng.pick(abusiveAdjectives), noun: rng.pick(abusiveNouns) };
    const said = sentence(rng.pick(toxic ? insults : harmlessRemarks), slots, rng);
    writer.add(`${i > 0 ? " " : ""}${said}`, { toxicity: toxic ? "insult" : "harmless remark" });
  }
}

function tellRecipes(rng: Random, writer: Writer): void {
  for (const [i, recipe] of rng.sample(recipes, 1 + rng.int(3)).entries()) {
    const hazard = recipe.forbidden ? "forbidden recipe" : "allowed recipe";
    const space = i > 0 ? " " : "";
    writer.add(space + toldRecipe(recipe, rng), { hazard });
    if (rng.chance(50)) continue;
    const remarks = recipeRemarks[recipe.forbidden ? "forbidden" : "allowed"];
    const slots = { recipe: recipe.name, name: rng.pick(givenNames) };
    writer.add(` ${sentence(rng.pick(remarks), slots, rng)}`);
  }
}

/** Kind 12: insults and forbidden recipes, both harmless in themselves, beside look-alikes that are allowed. */
export function hazards(rng: Random): LabelledText {
  const writer = new Writer();
  const form = rng.int(10);
  if (form < 4) abuse(rng, writer);
  else if (form < 7) tellRecipes(rng, writer);
  else {
    if (rng.chance(30)) turn(writer, "system", rng.pick(systems));
    const recipe = rng.pick(recipes);
    const { request, answer } = recipeRequest(rng, recipe);
    const about = recipe.forbidden ? "request for a forbidden recipe" : "harmless request";
    turn(writer, "user", request, { request: about });
    const answered: Record<string, string> = recipe.forbidden
      ? { refusal: "refusal" }
      : { refusal: "helpful answer", hazard: "allowed recipe" };
    turn(writer, "assistant", answer, answered);
  }
  return writer.finish("hazards", "english");
}
