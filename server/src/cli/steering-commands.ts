import type { Command } from "commander";
import type { CompareOptions } from "./compare.ts";
import type { GenerateOptions } from "./generate.ts";
import { number, whole } from "./number-options.ts";
import { reporting } from "./problems.ts";
import type { TestOptions } from "./test-recipe.ts";

type Repeated = (value: string, before: string[] | undefined) => string[];

/** `generate`, `compare` and `test`; what they need is loaded only when they are asked for. */
export function addSteeringCommands(program: Command, repeated: Repeated): void {
  writing(program.command("generate"), repeated)
    .description("have the model write on a prompt, steered or not")
    .option("--json", "one JSON document, schema steerscope.generate/1")
    .action((file: string, options: GenerateOptions) =>
      reporting(async () => (await import("./generate.ts")).generateCommand(file, options)),
    );
  writing(program.command("compare"), repeated)
    .description("what the model writes without and with steering, side by side, with the measures")
    .option("--sweep", "also with multiples of the recipe's strengths: behaviour against fluency")
    .option("--judge <ATTRIBUTE/VALUE>", "score behaviour by the judge of the embedded model's world")
    .option("--words <WORD...>", "… by whether one of these words stands in a text")
    .option("--pattern <REGEX>", "… by whether a regular expression is found in it")
    .option("--score <FILE>", "… by a module whose default export takes a text and gives a number")
    .option("--text <FILE>", "a text on which the two models are compared token by token")
    .option("--json", "one JSON document, schema steerscope.compare/1")
    .action((file: string, options: CompareOptions) =>
      reporting(async () => (await import("./compare.ts")).compareCommand(file, options)),
    );
  program
    .command("test")
    .description("run the checks of recipes; the exit status is 1 where one fails")
    .argument("<recipe...>", "recipes, NAME.steer.yaml")
    .option("--model <M>", "the model that is to pass them; that of the recipe or tinytown when left out")
    .option("--sae <S>", "an SAE (repeatable)", repeated)
    .option("--json", "one JSON document, schema steerscope.test/1 (a list of them for several recipes)")
    .action((files: string[], options: TestOptions) =>
      reporting(async () => (await import("./test-recipe.ts")).testCommand(files, options)),
    );
}

/** What both have: what reads and steers the prompt, and how is written. */
function writing(command: Command, repeated: Repeated): Command {
  return command
    .argument("<file>", "the prompt file")
    .option("--steer <RECIPE>", "a recipe (repeatable); those that the prompt names when left out", repeated)
    .option("--model <M>", "tinytown, a folder with config.json, or a Hub id that the local cache holds")
    .option("--sae <S>", "an SAE (repeatable)", repeated)
    .option("--max-tokens <N>", "write at most so many tokens (40)", whole(1, 100_000))
    .option("--samples <N>", "how many texts (generate: 1, compare: 8)", whole(1, 1_000))
    .option("--seed <N>", "decides every draw (1)", whole(0))
    .option("--temperature <X>", "0 takes the likeliest token (0 for one sample, else 0.8)", number(0, 100))
    .option("--top-k <N>", "keep this many of the likeliest; 0 keeps all", whole(0))
    .option("--top-p <X>", "keep the likeliest that hold this much probability", number(0, 1))
    .option("--min-p <X>", "drop what is less likely than this share of the likeliest", number(0, 1))
    .option(
      "--repetition-penalty <X>",
      "makes tokens seen before less likely; 1 does nothing",
      number(0.01, 100),
    )
    .option("--stop <TEXT>", "end a text before this one (repeatable)", repeated)
    .option("--rerank <PROBE>", "a trained probe that ranks the samples, and takes one of them (Q-Probe)")
    .option("--beta <X>", "how sharply: softmax(q / X); 0 takes the best (1)", number(0, 1e9));
}
