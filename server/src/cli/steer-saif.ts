import { checksFrom } from "../steering/methods/checks.ts";
import { methodRecipe } from "../steering/methods/recipe-text.ts";
import { readPairs } from "../steering/methods/saif/pairs.ts";
import { type SaifOutcome, saif } from "../steering/methods/saif/saif.ts";
import { writeRecipe } from "../steering/methods/write-recipe.ts";
import { columns, quoted } from "./columns.ts";
import { type DrawingOptions, drawing, drawsOf, ruleOf, setupOf } from "./steer-drawing.ts";
import { counted, gained, graded, triedJson } from "./steer-tried-text.ts";

export interface SaifOptions extends DrawingOptions {
  k: number;
  beta: number;
  strength?: number[];
  validation: number;
}

/** `steerscope steer saif PAIRS`. */
export async function saifCommand(file: string, options: SaifOptions): Promise<void> {
  const pairs = await readPairs(file, ruleOf(options));
  const { k, beta, strength: strengths = [1, 2, 3, 4], validation: validationShare } = options;
  const outcome = await drawing(options, file, (completer, tell) =>
    saif(completer, { pairs, k, beta, strengths, validationShare }, tell),
  );
  if (options.out !== undefined) writeRecipe(options.out, recipeOf(outcome, options));
  if (options.json) console.log(JSON.stringify(asJson(outcome, options.out ?? null), null, 2));
  else console.log(inWords(outcome));
  if (options.out !== undefined && !options.json) console.log(`The recipe is in ${options.out}.`);
}

function recipeOf(outcome: SaifOutcome, options: SaifOptions): string {
  const { model, saes } = setupOf(options);
  const { validation, steered, base, chosenOn, latents } = outcome;
  const checks = checksFrom(
    "obeys without being told",
    validation.map(({ without, rule }, i) => ({
      ...{ messages: without, rule, grades: steered.grades[i], seed: options.seed + i },
    })),
  );
  const description = `SAIF from ${chosenOn} pairs. On ${counted(validation.length, "other prompt")} without the instruction ${steered.mean.toFixed(2)} of the completions obeyed it, without steering ${base.mean.toFixed(2)}.`;
  const name = `SAIF: ${options.judge ?? "an instruction"}`;
  const recipe = { name, description, model, saes, handles: latents, checks };
  return methodRecipe(recipe, outcome.description, drawsOf(options));
}

function inWords(outcome: SaifOutcome): string {
  const {
    description,
    sae,
    latents,
    chosenOn,
    validation,
    base,
    steered,
    control,
    prompted,
    sweep,
    strength,
  } = outcome;
  const { id, hook, labels } = description.saes[sae];
  const rows = latents.map(({ latent, sensitivity, mean, deviation, coefficient }) => [
    String(latent),
    `${Math.round(100 * sensitivity)} %`,
    `${mean.toPrecision(3)} ± ${deviation.toPrecision(2)}`,
    coefficient.toPrecision(3),
    labels.get(latent)?.text ?? "",
  ]);
  return [
    `Latents of ${id} at ${hook} that the instruction makes fire, from ${chosenOn} pairs:`,
    "",
    ...columns([["latent", "turned on", "with it", "strength", "label"], ...rows]),
    "",
    ...(sweep.length > 0
      ? [
          `Share that obeys with α times a factor: ${sweep.map((it) => `${it.strength}: ${it.mean.toFixed(2)}`).join(", ")}; taken is ${strength}.`,
        ]
      : []),
    `Share that obeys, on ${counted(validation.length, "other prompt")} (95 %):`,
    ...columns([
      ["  without the instruction", graded(base)],
      ["  without it, steered", `${graded(steered)}, ${gained(steered)}`],
      ["  without it, other latents as strong", `${graded(control)}, ${gained(control)}`],
      ["  with the instruction", `${graded(prompted)}, ${gained(prompted)}`],
    ]),
    "",
    ...samples(outcome),
  ].join("\n");
}

/** Some completions, since what obeys need not make sense. */
function samples({ base, steered }: SaifOutcome): string[] {
  return columns(
    base.texts.slice(0, 3).map((text, i) => [`  ${quoted(text)}`, `steered: ${quoted(steered.texts[i])}`]),
  );
}

/** Schema `steerscope.steer-saif/1`. */
function asJson(outcome: SaifOutcome, recipe: string | null): object {
  const {
    description,
    sae,
    latents,
    chosenOn,
    validation,
    base,
    steered,
    control,
    prompted,
    sweep,
    strength,
  } = outcome;
  const { id, labels } = description.saes[sae];
  return {
    schema: "steerscope.steer-saif/1",
    ...{ model: description.model.id, sae: id, pairs: chosenOn, validationPrompts: validation.length },
    ...{ sweep, strength },
    latents: latents.map(({ latent, sensitivity, mean, deviation, coefficient }) => ({
      ...{ latent, sensitivity, mean, deviation, coefficient, label: labels.get(latent)?.text ?? null },
    })),
    ...{ base: triedJson(base), steered: triedJson(steered) },
    ...{ control: triedJson(control), prompted: triedJson(prompted), recipe },
  };
}
