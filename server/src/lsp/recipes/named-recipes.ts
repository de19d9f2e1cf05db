import { dirname, resolve } from "node:path";
import type { PlacedProblem, PreparedDocument } from "../../analysis/document.ts";
import type { Located } from "../../analysis/prompts/index.ts";
import { located } from "../../analysis/setup.ts";
import { toProblem } from "../../host/problem-error.ts";
import { parseRecipe } from "../../steering/recipe/parse.ts";
import { at } from "../../steering/recipe/resolve-feature.ts";
import { isRecipeName, recipeEnding } from "../../steering/recipe/types.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { recipeText } from "./recipe-text.ts";

/** What is wrong with the recipes that a prompt names, as far as their texts say it, where the prompt names them. */
export async function namedRecipeProblems(
  session: Session,
  prepared: PreparedDocument,
): Promise<PlacedProblem[]> {
  const file = pathOf(prepared.key);
  const named = prepared.prompt.steerscope.steer ?? [];
  if (file === null) return [];
  const found = await Promise.all(named.map((it) => problemOf(session, prepared, it, dirname(file))));
  return found.filter((it) => it !== null);
}

async function problemOf(
  session: Session,
  { setup }: PreparedDocument,
  named: Located<string>,
  folder: string,
): Promise<PlacedProblem | null> {
  const path = resolve(folder, named.value);
  if (!isRecipeName(path))
    return at(
      named,
      "recipe-name",
      `“${named.value}” is no recipe by its name.`,
      `Its name ends in ${recipeEnding}.`,
    );
  let text: string | null;
  try {
    text = await recipeText(session, path);
  } catch (error) {
    return { ...toProblem(error), start: named.start, end: named.end, severity: "error" };
  }
  if (text === null)
    return at(
      named,
      "recipe-missing",
      `There is no recipe ${path}.`,
      "Correct the path, which starts from this file.",
    );
  const { problems, named: own } = parseRecipe(text);
  const wrong = problems.find(({ severity }) => severity === "error");
  if (wrong)
    return at(
      named,
      "recipe-unusable",
      `This recipe cannot be used: ${wrong.message}`,
      "Open it to correct it.",
    );
  const { model } = own;
  if (!model || [setup.model, located(setup.model, folder)].includes(located(model.value, dirname(path))))
    return null;
  const message = `This recipe is for ${model.value}, and this prompt is read by ${setup.model}.`;
  return at(named, "recipe-other-model", message, "Name the recipe's model here, or another recipe.");
}

/** Whether an open prompt names a recipe, so that what is wrong with it shows there too. */
export function isNamed(session: Session, recipe: string): boolean {
  const path = pathOf(recipe);
  return session.documents.uris.some((uri) => {
    const file = pathOf(uri);
    const steer = session.documents.prepared(uri)?.document.prompt.steerscope.steer ?? [];
    return file !== null && steer.some(({ value }) => resolve(dirname(file), value) === path);
  });
}
