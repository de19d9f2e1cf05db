import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { PreparedDocument } from "../../analysis/document.ts";
import { Lines } from "../../analysis/lines.ts";
import { prepare } from "../../analysis/prepare.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { CheckOutcome, ListedCheck, TestResult } from "../../protocol/checks.ts";
import type { Settings } from "../../protocol/settings.ts";
import { prepareFile } from "../../yaml/prepare.ts";
import { prepareSubject, type Surrounding } from "../compare/prepare-subject.ts";
import type { ReadingHost } from "../compare/read-texts.ts";
import { type RecipeFile, readRecipe } from "../compare/recipe-text.ts";
import type { WritingHost } from "../compare/write.ts";
import { parseRecipe } from "../recipe/parse.ts";
import type { Recipe, RecipePrompt } from "../recipe/types.ts";
import { runCheck } from "./run-check.ts";

/** Where a recipe's checks run. */
export interface TestBench {
  host: WritingHost & ReadingHost;
  surrounding: Surrounding;
  settings: Settings;
  /** Folder that relative paths in the settings start from. */
  folder: string | null;
  /** What the user named for this run, in the place of what the recipe and the settings say. */
  override?: { model?: string; saes?: string[] };
}

/** The checks of a recipe's text, as a list of tests shows them; none of a text that is no recipe. */
export function listChecks(text: string): ListedCheck[] {
  const lines = new Lines(text);
  const checks = parseRecipe(text).recipe?.checks ?? [];
  return checks.map(({ name, start, end }, index) => ({ name, index, range: lines.range(start, end) }));
}

/**
 * Runs a recipe's checks one after the other.
 * @param only places of those that are wanted; null: all
 * @param on hears which one begins and what came of it
 * @throws ProblemError where the recipe cannot be read or has an error, `recipe-no-checks`; CancelledError
 */
export async function testRecipe(
  bench: TestBench,
  file: RecipeFile,
  only: readonly number[] | null,
  on: { begins?(index: number, of: number): void; outcome?(outcome: CheckOutcome): void } = {},
  token?: CancellationToken,
): Promise<TestResult> {
  const { path, text, recipe } = await readRecipe(file);
  if (recipe.checks.length === 0) throw noChecks(path);
  const lines = new Lines(text);
  const wanted = recipe.checks.map((check, index) => ({ check, index, lines }));
  const chosen = wanted.filter(({ index }) => only === null || only.includes(index));
  const own = ownSetup(bench, path, text, recipe);
  const checks: CheckOutcome[] = [];
  for (const [i, placed] of chosen.entries()) {
    on.begins?.(placed.index, chosen.length - i);
    const subjectOf = async () => {
      const prompt = await promptOf(bench, own, dirname(path), placed.check.prompt);
      return prepareSubject(prompt, [{ path, text }], bench.surrounding, token);
    };
    const outcome = await runCheck(bench.host, placed, subjectOf, token);
    checks.push(outcome);
    on.outcome?.(outcome);
  }
  const { model } = own.setup;
  return {
    schema: "steerscope.test/1",
    recipe: path,
    model,
    passed: checks.every(({ passed }) => passed),
    checks,
  };
}

/** What reads the texts that the recipe itself holds. */
function ownSetup(
  { settings, folder, override, surrounding }: TestBench,
  path: string,
  text: string,
  recipe: Recipe,
): PreparedDocument {
  const { trusted } = surrounding;
  const source = { key: path, fileName: basename(path), text, named: recipe, settings, file: path, folder };
  return prepareFile({ ...source, override, trusted });
}

async function promptOf(
  { settings, folder, override, surrounding: { trusted } }: TestBench,
  own: PreparedDocument,
  beside: string,
  prompt: RecipePrompt,
): Promise<PreparedDocument> {
  if (prompt.kind === "file") {
    const file = resolve(beside, prompt.file);
    const text = await promptText(file);
    const source = { key: `${own.key}#check`, fileName: basename(file), text, file, folder, settings };
    return prepare({ ...source, override, trusted });
  }
  const messages =
    prompt.kind === "text"
      ? [{ role: null, text: prompt.text, pieces: [] }]
      : prompt.messages.map(({ role, content }) => ({ role, text: content, pieces: [] }));
  return { ...own, key: `${own.key}#check`, prompt: { ...own.prompt, messages } };
}

async function promptText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new ProblemError({
      code: "file-unreadable",
      message: `The prompt ${file} of a check cannot be read: ${(error as Error).message}.`,
      remedy: "Name a prompt file, relative to the recipe.",
      subject: "recipe",
      path: file,
    });
  }
}

function noChecks(path: string): ProblemError {
  return new ProblemError({
    code: "recipe-no-checks",
    message: `${path} has no checks.`,
    remedy: "Add checks: with a prompt and what to expect of what is written on it.",
    subject: "recipe",
    path,
  });
}
