import { checksFrom } from "../steering/methods/checks.ts";
import { type CorrSteerOutcome, corrSteer, type Variant } from "../steering/methods/corrsteer/corrsteer.ts";
import { readExamples } from "../steering/methods/corrsteer/examples.ts";
import { methodProblem } from "../steering/methods/problems.ts";
import type { MethodCheck } from "../steering/methods/recipe-text.ts";
import { methodRecipe } from "../steering/methods/recipe-text.ts";
import { writeRecipe } from "../steering/methods/write-recipe.ts";
import { corrJson, corrWords } from "./steer-corr-text.ts";
import { type DrawingOptions, drawing, drawsOf, ruleOf, setupOf } from "./steer-drawing.ts";
import { counted } from "./steer-tried-text.ts";

export interface CorrOptions extends DrawingOptions {
  validation: number;
  successAbove: number;
  variant: "S" | "A" | "P";
}

/** `steerscope steer corr EXAMPLES`. */
export async function corrCommand(file: string, options: CorrOptions): Promise<void> {
  const examples = await readExamples(file, ruleOf(options));
  const { successAbove, validation: validationShare } = options;
  const outcome = await drawing(options, file, (completer, tell) =>
    corrSteer(completer, { examples, successAbove, validationShare }, tell),
  );
  if (options.json) console.log(JSON.stringify(corrJson(outcome, options.out ?? null), null, 2));
  else console.log(corrWords(outcome));
  if (options.out === undefined) return;
  writeRecipe(options.out, recipeOf(outcome, options));
  if (!options.json) console.log(`The recipe (CorrSteer-${options.variant}) is in ${options.out}.`);
}

/** @throws ProblemError `corr-nothing-helps`, `corr-not-tried` */
function recipeOf(outcome: CorrSteerOutcome, options: CorrOptions): string {
  const variant = { S: outcome.single, A: outcome.all, P: outcome.pruned }[options.variant];
  if (variant === null)
    throw methodProblem(
      "corr-not-tried",
      "There are no prompts to try latents on, so none are known to help (CorrSteer-P).",
      "Add prompts without a completion to the file, or take --variant S or A.",
    );
  if (variant.handles.length === 0)
    throw methodProblem(
      "corr-nothing-helps",
      "None of the latents raised the mean grade on the prompts they were tried on, so no recipe was written.",
      "Give more prompts or other SAEs, or take --variant S or A all the same.",
    );
  const { model, saes } = setupOf(options);
  const description =
    `CorrSteer-${options.variant} from ${outcome.n} completions, ${outcome.successes} of them right.` +
    (variant.tried
      ? ` On ${counted(outcome.validation.length, "other prompt")} the mean grade was ${variant.tried.mean.toFixed(2)}, without steering ${outcome.base?.mean.toFixed(2)}.`
      : "");
  const checks = checksOf(outcome, variant, options);
  const name = options.judge ?? "graded completions";
  return methodRecipe(
    { name: `CorrSteer: ${name}`, description, model, saes, handles: variant.handles, checks },
    outcome.description,
    drawsOf(options),
  );
}

function checksOf(outcome: CorrSteerOutcome, { tried }: Variant, { seed }: CorrOptions): MethodCheck[] {
  if (!tried) return [];
  return checksFrom(
    "does what was graded",
    outcome.validation.map(({ messages, rule }, i) => ({
      messages,
      rule,
      grades: tried.grades[i],
      seed: seed + i,
    })),
  );
}
