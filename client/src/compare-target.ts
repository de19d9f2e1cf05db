import * as vscode from "vscode";
import { isRecipe, promptSelector } from "./prompt-files.ts";

/** What is compared: a prompt, and the recipes that steer it. */
export interface CompareTarget {
  uri: string;
  /** Null: those that the prompt names. */
  recipes: string[] | null;
}

/** Prompts that are offered for a recipe. */
const MOST_PROMPTS = 200;

/** Which prompt a recipe was last compared on, as long as the window lives. */
const remembered = new Map<string, string>();

/**
 * What is meant by a file: a prompt with the recipes that it names, or a recipe on the prompt that names it, else on one that the
 * user picks.
 * @returns undefined where the user picks none, or there is none
 */
export async function compareTarget(document: vscode.TextDocument): Promise<CompareTarget | undefined> {
  const { uri } = document;
  if (!isRecipe(document)) return { uri: uri.toString(), recipes: null };
  const recipe = uri.toString();
  const prompt = remembered.get(recipe) ?? (await promptOf(uri));
  if (prompt === undefined) return undefined;
  remembered.set(recipe, prompt);
  return { uri: prompt, recipes: [recipe] };
}

async function promptOf(recipe: vscode.Uri): Promise<string | undefined> {
  const beside = new vscode.RelativePattern(vscode.Uri.joinPath(recipe, ".."), "*");
  const name = recipe.path.split("/").at(-1)!;
  for (const uri of await promptsIn(beside)) if (await names(uri, name)) return uri.toString();
  const all = await promptsIn("**/*");
  if (all.length === 0) {
    void vscode.window.showInformationMessage(
      "There is no prompt in this workspace that the recipe could steer. Write one, such as NAME.prompt.",
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    all.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri: uri.toString() })),
    { title: `Compare ${name} on which prompt?` },
  );
  return picked?.uri;
}

async function promptsIn(where: vscode.GlobPattern): Promise<vscode.Uri[]> {
  const patterns =
    typeof where === "string"
      ? promptSelector().map(({ pattern }) => pattern)
      : promptSelector().map(
          ({ pattern }) => new vscode.RelativePattern(where.baseUri, pattern.replace(/^\*\*\//, "")),
        );
  const found = await Promise.all(
    patterns.map((it) => vscode.workspace.findFiles(it, "**/node_modules/**", MOST_PROMPTS)),
  );
  return found.flat().filter((uri, i, all) => all.findIndex((it) => it.toString() === uri.toString()) === i);
}

/** Whether a prompt's text, as it is in the editor or else on the disk, names a recipe by its file's name. */
async function names(uri: vscode.Uri, recipe: string): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find((it) => it.uri.toString() === uri.toString());
  const text = open?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  return text.includes(recipe);
}
