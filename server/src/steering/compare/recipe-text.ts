import { readFile } from "node:fs/promises";
import type { PlacedProblem } from "../../analysis/document.ts";
import { Lines } from "../../analysis/lines.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { parseRecipe } from "../recipe/parse.ts";
import type { Recipe } from "../recipe/types.ts";

/** A recipe's file, and its text where an editor has a newer one than the disk. */
export interface RecipeFile {
  path: string;
  text: string | null;
}

export interface ReadRecipe {
  path: string;
  text: string;
  recipe: Recipe;
}

/** Reads a recipe as far as its text alone says. @throws ProblemError, with the first error and its place */
export async function readRecipe(file: RecipeFile): Promise<ReadRecipe> {
  const { path } = file;
  const text = await readRecipeText(file);
  const { recipe, problems } = parseRecipe(text);
  requireNone(problems, path, text);
  // Without a recipe there is an error.
  return { path, text, recipe: recipe! };
}

/** A recipe with an error is not applied in part. @throws ProblemError with the first error, its place in front */
export function requireNone(problems: readonly PlacedProblem[], path: string, text: string): void {
  const wrong = problems.find(({ severity }) => severity === "error");
  if (!wrong) return;
  const { line, character } = new Lines(text).position(wrong.start);
  const { code, message, remedy } = wrong;
  throw new ProblemError({
    ...{ code, remedy, subject: "recipe", path },
    message: `${path}:${line + 1}:${character + 1}: ${message}`,
  });
}

/** A recipe's text, the editor's before the disk's. @throws ProblemError `recipe-unreadable` */
export async function readRecipeText({ path, text }: RecipeFile): Promise<string> {
  if (text !== null) return text;
  try {
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ProblemError({
      code: "recipe-unreadable",
      message:
        code === "ENOENT" ? `There is no recipe ${path}.` : `The recipe ${path} cannot be read: ${message}.`,
      remedy: "Give the path of a file NAME.steer.yaml.",
      subject: "recipe",
      path,
    });
  }
}
