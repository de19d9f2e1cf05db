import { writeWhole } from "../../files/write-whole.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { isRecipeName, recipeEnding } from "../recipe/types.ts";

/** @throws ProblemError `recipe-name` where a file of this name would not be read as a recipe */
export function requireRecipeName(path: string): void {
  if (isRecipeName(path)) return;
  throw new ProblemError({
    code: "recipe-name",
    message: `${path} would not be read as a recipe.`,
    remedy: `Name a file that ends in ${recipeEnding}.`,
    subject: "recipe",
    path,
  });
}

/** Writes a recipe in one step; a file that is there is replaced. @throws ProblemError `recipe-name`, `recipe-unwritable` */
export function writeRecipe(path: string, text: string): void {
  requireRecipeName(path);
  try {
    writeWhole(path, text);
  } catch (error) {
    throw new ProblemError({
      code: "recipe-unwritable",
      message: `${path} cannot be written: ${(error as Error).message}.`,
      remedy: "Name a file in a folder that you may write to.",
      subject: "recipe",
      path,
    });
  }
}
