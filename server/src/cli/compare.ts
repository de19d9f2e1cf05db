import { readFile } from "node:fs/promises";
import { ProblemError } from "../host/problem-error.ts";
import { Comparer } from "../steering/compare/comparer.ts";
import { usualWriting } from "../steering/compare/subject.ts";
import { usualScorer } from "../steering/compare/usual-scorer.ts";
import { comparisonText } from "./compare-text.ts";
import type { WritingOptions } from "./generate.ts";
import { ProgressLine } from "./progress-line.ts";
import { type RerankOptions, rerankFrom } from "./rerank-option.ts";
import { type ScorerOptions, scorerFrom } from "./scorer-option.ts";
import { type SubjectOptions, withSubject } from "./steering-subject.ts";

export interface CompareOptions extends SubjectOptions, WritingOptions, ScorerOptions, RerankOptions {
  sweep?: boolean;
  /** File with the text on which both models are laid side by side. */
  text?: string;
  json?: boolean;
}

/** Samples of each side where nothing is said; a sweep needs more than one to say anything. */
const usualSamples = 8;

/** `steerscope compare FILE --steer RECIPE`: base beside steered, with the measures. */
export async function compareCommand(fileName: string, options: CompareOptions): Promise<void> {
  const asked = await scorerFrom(options);
  const text = options.text === undefined ? null : await readText(options.text);
  const by = await rerankFrom(fileName, options);
  const lines = new ProgressLine();
  await withSubject(fileName, options, async (subject, host, token) => {
    if (subject.recipes.length === 0) throw noRecipe(fileName);
    const writing = usualWriting({ ...options, samples: options.samples ?? usualSamples });
    const wish = { writing, strengths: [], scorer: asked ?? usualScorer(subject), text, rerank: by };
    const comparer = new Comparer(host);
    try {
      lines.show("Writing base and steered texts …");
      const result = await comparer.compare(subject, wish, () => {}, token);
      const told = (point: number, of: number) => lines.show(`Strength ${point + 1} of ${of} …`);
      if (options.sweep) result.sweep = await comparer.sweep(subject, wish, undefined, told, token);
      lines.end();
      console.log(options.json ? JSON.stringify(result, null, 2) : comparisonText(result));
    } finally {
      lines.end();
    }
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new ProblemError({
      code: "file-unreadable",
      message: `${file} cannot be read: ${(error as Error).message}.`,
      remedy: "Give the path of a text.",
      subject: "prompt",
      path: file,
    });
  }
}

function noRecipe(fileName: string): ProblemError {
  return new ProblemError({
    code: "recipe-missing",
    message: `No recipe is named, neither with --steer nor in ${fileName}.`,
    remedy:
      "Give --steer NAME.steer.yaml, or write steerscope: { steer: NAME.steer.yaml } into the front matter.",
    subject: "recipe",
  });
}
