import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { ListedCheck, TestResult } from "../protocol/checks.ts";
import type { RecipeChecksParams, TestRecipeParams } from "../protocol/requests.ts";
import { listChecks, testRecipe } from "../steering/checks/test-recipe.ts";
import { readRecipeText } from "../steering/compare/recipe-text.ts";
import { answered } from "./answers.ts";
import { editorSurrounding } from "./recipes/editor-surrounding.ts";
import type { Session } from "./session.ts";
import { pathOf } from "./workspace-folders.ts";

/** `steerscope/recipeChecks`: the checks of a recipe, as a list of tests shows them; its text in the editor counts. */
export function recipeChecks(session: Session, { recipe }: RecipeChecksParams): Promise<ListedCheck[]> {
  return answered(readRecipeText(fileOf(session, recipe.uri)).then(listChecks));
}

/**
 * `steerscope/testRecipe`: runs checks of a recipe; its text in the editor counts.
 * @throws ResponseError `RequestFailed` with the problem as its data, where none of them can be run
 */
export function testRecipeChecks(
  session: Session,
  { recipe, checks }: TestRecipeParams,
  token: CancellationToken,
): Promise<TestResult> {
  if (checks !== undefined && !(Array.isArray(checks) && checks.every(Number.isInteger)))
    throw new ResponseError(ErrorCodes.InvalidParams, "“checks” is a list of places in the recipe's list.");
  const work = async () =>
    testRecipe(
      {
        host: session.host,
        surrounding: editorSurrounding(session, recipe.uri),
        settings: (await session.settings.get(recipe.uri)).settings,
        folder: session.folderOf(recipe.uri),
        override: session.client.override,
      },
      fileOf(session, recipe.uri),
      checks ?? null,
      {},
      token,
    );
  return answered(work());
}

function fileOf(session: Session, uri: string) {
  const path = pathOf(uri);
  if (path === null)
    throw new ResponseError(ErrorCodes.InvalidParams, `“${uri}” is no file, so it is no recipe.`);
  return { path, text: session.recipes.text(uri)?.getText() ?? null };
}
