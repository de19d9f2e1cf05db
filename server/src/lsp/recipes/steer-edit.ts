import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { LSPErrorCodes, ResponseError, type WorkspaceEdit } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { PreparedDocument } from "../../analysis/document.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { addEdits, type NewEdit, newRecipe } from "../../steering/recipe/edit-text.ts";
import { nameRecipe } from "../../steering/recipe/name-recipe.ts";
import { isRecipeName, recipeEnding } from "../../steering/recipe/types.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { recipeText } from "./recipe-text.ts";
import { type DocumentChange, workspaceEdit } from "./workspace-edit.ts";

/**
 * Writes edits into the recipe that a prompt names first; where it names none, into `NAME.steer.yaml` beside it, which is made
 * where need be and named in the prompt's front matter.
 * @param version of the prompt's text that the edits were offered for
 * @throws ProblemError for a prompt that can name no recipe, a recipe that cannot be changed, a client that makes no files;
 *   ResponseError `ContentModified` where the prompt has another text by now
 */
export async function steerEdit(
  session: Session,
  uri: string,
  version: number,
  edits: NewEdit[],
  note: string,
): Promise<{ edit: WorkspaceEdit; recipe: string }> {
  const outcome = session.documents.current(uri);
  if (outcome?.version !== version)
    throw new ResponseError(LSPErrorCodes.ContentModified, "The prompt has been edited since.");
  const prompt = pathOf(uri);
  if (prompt === null) throw notSaved();
  const { document } = outcome;
  const named = document.prompt.steerscope.steer?.[0]?.value;
  const path = named === undefined ? usualRecipe(prompt) : resolve(dirname(prompt), named);
  if (!isRecipeName(path)) throw notNamedSo(named ?? path);
  edits = edits.map((edit) => ("probe" in edit ? { ...edit, probe: fromFolder(edit.probe, path) } : edit));
  const recipe = URI.file(path).toString();
  const text = await recipeText(session, path);
  if (text === null && !session.client.edits.createFiles) throw cannotMake(path);
  const written =
    text === null
      ? [{ start: 0, end: 0, text: newRecipe({ ...setupOf(document, dirname(path)), edits }) }]
      : addEdits(text, edits);
  const openVersion = session.recipes.text(recipe)?.version ?? null;
  const changes: DocumentChange[] =
    written.length > 0 ? [{ uri: recipe, version: openVersion, text, changes: written }] : [];
  if (named === undefined) {
    const before = document.lines.text;
    const path = `./${basename(recipeName(prompt))}`;
    changes.push({ uri, version, text: before, changes: nameRecipe(before, document.prompt.format, path) });
  }
  if (changes.length === 0) throw saidAlready(path);
  return { edit: workspaceEdit(session.client, note, changes), recipe };
}

/** The path of a trained probe as a recipe names it. */
function fromFolder(file: string, recipe: string): string {
  const from = relative(dirname(recipe), file).split(sep).join("/");
  // On another drive only the whole path leads there.
  return isAbsolute(from) || from.startsWith("../") ? from : `./${from}`;
}

/** Beside the prompt, under its name. */
const usualRecipe = (prompt: string): string => join(dirname(prompt), recipeName(prompt));

function recipeName(prompt: string): string {
  return basename(prompt).replace(/\.(prompty|(prompt|instructions)(\.md|\.ya?ml)?)$/i, "") + recipeEnding;
}

/** What reads the prompt, as a recipe in a folder names it. */
function setupOf({ setup, fileName }: PreparedDocument, folder: string) {
  const written = (value: string): string => {
    if (!isAbsolute(value)) return value;
    const from = relative(folder, value).split(sep).join("/");
    // What lies far away is found by its whole path only.
    return from.startsWith("..") ? value : `./${from}`;
  };
  return {
    name: basename(recipeName(fileName), recipeEnding),
    model: written(setup.model),
    saes: (setup.saes ?? []).map(written),
  };
}

function cannotMake(path: string): ProblemError {
  return new ProblemError({
    code: "client-makes-no-files",
    message: `The recipe ${path} is not there yet, and this editor cannot make files for a language server.`,
    remedy: "Make the file with the two lines “version: 1” and “edits: []”, and try again.",
    subject: "recipe",
    path,
  });
}

function saidAlready(path: string): ProblemError {
  return new ProblemError({
    code: "recipe-says-so",
    message: `The recipe ${path} does that already.`,
    remedy: "Open it to change it.",
    subject: "recipe",
    path,
  });
}

/** What a prompt names may come from anywhere; nothing else is written to. */
function notNamedSo(path: string): ProblemError {
  return new ProblemError({
    code: "recipe-name",
    message: `“${path}” is no recipe by its name.`,
    remedy: `Give it a name that ends in ${recipeEnding}.`,
    subject: "recipe",
  });
}

function notSaved(): ProblemError {
  return new ProblemError({
    code: "prompt-not-saved",
    message: "This prompt lies in no folder, so no recipe can lie beside it.",
    remedy: "Save it first.",
    subject: "prompt",
  });
}
