import { type Command, Option } from "commander";
import { number, whole } from "./number-options.ts";
import { reporting } from "./problems.ts";
import type { CorrOptions } from "./steer-corr.ts";
import type { EffectsOptions } from "./steer-effects.ts";
import type { SaifOptions } from "./steer-saif.ts";
import type { TargetOptions } from "./steer-target.ts";

type Repeated = (value: string, before: string[] | undefined) => string[];

/** What methods that write and grade completions have in common. */
function drawing(command: Command, repeated: Repeated): Command {
  return command
    .option("--model <M>", "the model", "tinytown")
    .option("--sae <S>", "an SAE (repeatable); those that ship with the model when left out", repeated)
    .option("--judge <A/V>", "a completion is right where tinytown's judge finds this, such as mood/cheerful")
    .option(
      "--words <TEXT>",
      "a completion is right where it holds this text (repeatable: any of them)",
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

/** `steer corr`, `steer saif`, `steer effects` and `steer target`; what they need is loaded only when they are asked for. */
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
  steer
    .command("effects")
    .description(
      "what steering by many directions does to every latent, fitted linearly (SAE-TS); resumes by itself",
    )
    .argument("<prompts>", "JSONL: prompt (a text, or messages)")
    .requiredOption("--sae <S>", "the SAE whose latents are counted, at whose hook point is steered")
    .requiredOption("--out <FILE>", "the file that gets the effects and their fit, .safetensors")
    .option("--model <M>", "the model", "tinytown")
    .option("--directions <N>", "decoder directions that are tried", whole(1), 400)
    .option("--strength <X>", "× median residual norm at the hook point", number(0), 0.5)
    .option("--samples <N>", "completions of each prompt under each direction", whole(1), 4)
    .option("--max-tokens <N>", "tokens of a completion", whole(1), 24)
    .option("--temperature <X>", "0 is greedy", number(0), 1)
    .option(
      "--ridge <X>",
      "penalty of the fit, × the mean eigenvalue; the best of some on held-out directions when left out",
      number(0),
    )
    .option("--seed <S>", "decides every draw", whole(0), 1)
    .option("--json", "one JSON document, schema steerscope.steer-effects/1")
    .action((prompts: string, options: EffectsOptions) =>
      reporting(async () => (await import("./steer-effects.ts")).effectsCommand(prompts, options)),
    );
  steer
    .command("target")
    .description("a vector that raises one latent and as little else as possible, by fitted effects (SAE-TS)")
    .argument("<effects>", "a file that `steer effects` wrote")
    .requiredOption("--sae <S>", "the SAE that the effects were measured with")
    .requiredOption("--feature <N>", "the latent", whole(0))
    .requiredOption("--out <FILE>", "the file that gets the vector: .safetensors, or .gguf for llama.cpp")
    .option("--model <M>", "the model", "tinytown")
    .option("--lambda <X>", "how much of what any steering does is taken out", number(0), 1)
    .option("--measure", "steer by it and show what it does beside what was expected")
    .option("--json", "one JSON document, schema steerscope.steer-target/1")
    .action((effects: string, options: TargetOptions) =>
      reporting(async () => (await import("./steer-target.ts")).targetCommand(effects, options)),
    );
}
