import { type Command, InvalidArgumentError, Option } from "commander";
import { reporting } from "./problems.ts";
import type { CorrOptions } from "./steer-corr.ts";
import type { SaifOptions } from "./steer-saif.ts";

type Repeated = (value: string, before: string[] | undefined) => string[];

function number(least = -Infinity, most = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value >= least && value <= most) return value;
    const from = least > -Infinity ? ` from ${least}` : "";
    throw new InvalidArgumentError(`It is a number${from}${most < Infinity ? ` to ${most}` : ""}.`);
  };
}

function whole(from: number): (text: string) => number {
  return (text) => {
    const value = number(from)(text);
    if (Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`It is a whole number from ${from} on.`);
  };
}

/** What methods that write and grade completions have in common. */
function drawing(command: Command, repeated: Repeated): Command {
  return command
    .option("--model <M>", "the model", "tinytown")
    .option("--sae <S>", "an SAE (repeatable); those that ship with the model when left out", repeated)
    .option("--judge <A/V>", "a completion is right where tinytown's judge finds this, such as mood/cheerful")
    .option(
      "--words <TEXT>",
      "a completion is right where it holds this text, in any case (repeatable: any)",
      repeated,
    )
    .option("--regex <R>", "a completion is right where this regular expression finds something")
    .option("--samples <N>", "completions of each prompt; one where the temperature is 0", whole(1), 8)
    .option("--max-tokens <N>", "tokens of a completion", whole(1), 40)
    .option("--temperature <X>", "0 is greedy", number(0), 0.8)
    .option("--seed <S>", "decides every draw", whole(0), 1)
    .option("--completions <FILE>", "keep what the model writes there, a JSON object a line")
    .option("--out <FILE>", "write a recipe, FILE.steer.yaml");
}

/** `steer corr` and `steer saif`; what they need is loaded only when they are asked for. */
export function addSteerMethods(steer: Command, repeated: Repeated): void {
  drawing(
    steer
      .command("corr")
      .description(
        "steer by latents whose activation goes along with how completions are graded (CorrSteer); resumes by itself",
      )
      .argument(
        "<examples>",
        "JSONL: prompt or messages (and judge, words or regex), or with completion and reward",
      ),
    repeated,
  )
    .option("--validation <SHARE>", "share of the prompts that latents are tried on", number(0, 0.9), 0.25)
    .option("--success-above <G>", "a grade above this is a success", number(), 0)
    .addOption(
      new Option(
        "--variant <V>",
        "what the recipe holds: S the best latent, A one a layer, P those that help",
      )
        .choices(["S", "A", "P"])
        .default("P"),
    )
    .option("--json", "one JSON document, schema steerscope.steer-corr/1")
    .action((examples: string, options: CorrOptions) =>
      reporting(async () => (await import("./steer-corr.ts")).corrCommand(examples, options)),
    );
  drawing(
    steer
      .command("saif")
      .description("steer by latents that an instruction makes fire, in its place (SAIF); resumes by itself")
      .argument(
        "<pairs>",
        "JSONL: with and without the instruction, texts or messages (and judge, words or regex)",
      ),
    repeated,
  )
    .option("--k <K>", "how many latents", whole(1), 15)
    .option(
      "--beta <B>",
      "strength α: mean plus this times the standard deviation with the instruction",
      number(),
      0,
    )
    .option(
      "--strength <X>",
      "factor of α (repeatable: the best on the prompts of the choice is taken); 1, 2, 3 and 4 when left out",
      (text: string, before: number[] | undefined) => [...(before ?? []), number(0)(text)],
    )
    .option("--validation <SHARE>", "share of the prompts that latents are tried on", number(0, 0.9), 0.25)
    .option("--json", "one JSON document, schema steerscope.steer-saif/1")
    .action((pairs: string, options: SaifOptions) =>
      reporting(async () => (await import("./steer-saif.ts")).saifCommand(pairs, options)),
    );
}
