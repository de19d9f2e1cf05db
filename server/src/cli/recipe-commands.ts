import type { Command } from "commander";
import { reporting } from "./problems.ts";
import type { RecipeCheckOptions } from "./recipe-check.ts";

/** `recipe check`; what it needs is loaded only when it is asked for. */
export function addRecipeCommands(
  program: Command,
  repeated: (value: string, before: string[] | undefined) => string[],
): void {
  program
    .command("recipe")
    .description("look at steering recipes")
    .command("check")
    .description("whether a recipe can be used, and what each of its edits does")
    .argument("<file>", "the recipe, NAME.steer.yaml")
    .option("--model <M>", "the model, over what the recipe names")
    .option("--sae <S>", "an SAE, over what the recipe names (repeatable)", repeated)
    .option("--json", "one JSON document, schema steerscope.recipe/1")
    .action((file: string, options: RecipeCheckOptions) =>
      reporting(async () => (await import("./recipe-check.ts")).recipeCheck(file, options)),
    );
}
