import { dirname } from "node:path";
import { Analyser } from "../analysis/analyser.ts";
import type { PlacedProblem, PreparedDocument } from "../analysis/document.ts";
import { placeProblem } from "../analysis/problems.ts";
import { CancelledError, toProblem } from "../host/problem-error.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { probesFrom } from "../steering/compare/probe-files.ts";
import { readVectorFile } from "../steering/compare/vector-files.ts";
import { catalogueLabels } from "../steering/recipe/labels.ts";
import { parseRecipe } from "../steering/recipe/parse.ts";
import { resolveRecipe } from "../steering/recipe/resolve.ts";
import { tokensOf } from "../steering/recipe/token-ids.ts";
import type { ParsedRecipe } from "../steering/recipe/types.ts";
import { prepareFile } from "../yaml/prepare.ts";
import { remark } from "./analyse-here.ts";
import { withEngine } from "./engine.ts";
import { labelledCatalogue } from "./labelled-catalogue.ts";
import { type PromptSource, readPrompt } from "./prompt-source.ts";

export interface RecipeCheckOptions {
  model?: string;
  sae?: string[];
  json?: boolean;
}

/** `recipe check --json`: schema `steerscope.recipe/1`. */
export interface RecipeReport {
  schema: "steerscope.recipe/1";
  file: string;
  /** Whether it can be used: no problem is an error. */
  ok: boolean;
  /** Null where the text is no recipe. */
  name: string | null;
  /** What reads it; null where the set-up cannot be read. */
  model: string | null;
  saes: string[];
  /** One an edit that is written: what it does in words and at which hook points; null and none where that is not known. */
  edits: { index: number; enabled: boolean; words: string | null; hooks: string[] }[];
  checks: string[];
  problems: (Omit<PlacedProblem, "start" | "end"> & { line: number; column: number })[];
}

/** `steerscope recipe check FILE`: exit status 1 where the recipe cannot be used. */
export async function recipeCheck(fileName: string, options: RecipeCheckOptions): Promise<void> {
  const source = await readPrompt(fileName, options);
  const report = await reportOn(source);
  if (!report.ok) process.exitCode = 1;
  if (options.json) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  for (const { line, column, severity, message, remedy } of report.problems)
    console.error(`${fileName}:${remark(line - 1, column - 1, severity, `${message} ${remedy}`)}`);
  if (report.model !== null)
    console.log(`${report.name ?? fileName} on ${report.model}, ${report.saes.join(", ") || "no SAE"}`);
  for (const { index, enabled, words } of report.edits)
    console.log(`  ${index + 1}. ${words ?? "Not usable."}${enabled ? "" : " (switched off)"}`);
  if (report.checks.length > 0) console.log(`  Checks: ${report.checks.join(", ")}`);
  console.log(report.ok ? "Usable." : "Not usable.");
}

async function reportOn({ path, fileName, text, override }: PromptSource): Promise<RecipeReport> {
  const parsed = parseRecipe(text);
  const prepared = prepareFile({
    ...{ key: path, fileName, text, named: parsed.named, file: path, folder: process.cwd() },
    ...{ settings: defaultSettings, override, trusted: true },
  });
  const problems = [...parsed.problems, ...prepared.problems];
  const report: RecipeReport = {
    schema: "steerscope.recipe/1",
    file: fileName,
    ok: false,
    name: parsed.recipe?.name ?? null,
    model: null,
    saes: [],
    edits: [],
    checks: parsed.recipe?.checks.map(({ name }) => name) ?? [],
    problems: [],
  };
  if (parsed.recipe) {
    try {
      await lookUp(parsed.recipe, prepared, report, problems);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      problems.push(placeProblem(prepared, toProblem(error)));
    }
  }
  report.ok = !problems.some(({ severity }) => severity === "error");
  report.problems = problems.map(({ start, end: _, ...problem }) => {
    const { line, character } = prepared.lines.position(start);
    return { ...problem, line: line + 1, column: character + 1 };
  });
  return report;
}

/** Fills in what only the set-up knows. */
async function lookUp(
  recipe: NonNullable<ParsedRecipe["recipe"]>,
  prepared: PreparedDocument,
  report: RecipeReport,
  problems: PlacedProblem[],
): Promise<void> {
  await withEngine(async (host) => {
    const analyser = new Analyser(host, { skipBrokenSaes: true });
    const description = await analyser.describeSetup(prepared, undefined, problems);
    const setup = await analyser.usableSetup(prepared);
    report.model = description.model.id;
    report.saes = description.saes.map(({ id }) => id);
    const resolved = await resolveRecipe(recipe, {
      description,
      labels: catalogueLabels(await labelledCatalogue(host, setup, description)),
      folder: dirname(prepared.key),
      steers: prepared.setup.modelFrom === "command line" ? prepared.setup.model : null,
      readVector: readVectorFile,
      readTokens: (it) => tokensOf(host, prepared.setup, it),
      readProbe: probesFrom(process.cwd()),
      identify: async () => host.identify(await analyser.usableSetup(prepared)),
      trusted: true,
    });
    problems.push(...resolved.problems);
    report.edits = resolved.edits.map(({ index, enabled, words, steering }) => ({
      ...{ index, enabled, words },
      hooks: steering.map(({ hook }) => hook),
    }));
  });
}
