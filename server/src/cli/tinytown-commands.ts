import { type Command, InvalidArgumentError, Option } from "commander";
import { judgedAttributes } from "../tinytown/judge/types.ts";
import { kinds } from "../tinytown/types.ts";
import { whole } from "./number-options.ts";
import { reporting } from "./problems.ts";
import type { JudgeOptions, TextOptions } from "./tinytown.ts";

/** `steerscope tinytown …`: the world of the embedded model. The generator is loaded only when it is asked for. */
export function addTinytown(program: Command): void {
  const tinytown = program.command("tinytown").description("labelled text of the embedded model's world");
  tinytown
    .command("text")
    .description("draw labelled text; the same seed gives the same text on every machine")
    .addOption(
      new Option("--kind <K>", "a kind of text (repeatable); all kinds when left out")
        .choices(kinds)
        .argParser((value: string, before: string[] | undefined) => {
          if (kinds.includes(value as never)) return [...(before ?? []), value];
          throw new InvalidArgumentError(`Allowed choices are ${kinds.join(", ")}.`);
        }),
    )
    .option("--n <N>", "how many documents", whole(1), 10)
    .option("--seed <S>", "any whole number", whole(0), 1)
    .addOption(
      new Option("--split <S>", "wordings, words and sums a model was trained on, or those kept from it")
        .choices(["train", "held-out"])
        .default("train"),
    )
    .option("--jsonl", "a JSON object a line: kind, text, spans {start, end, attribute, value}")
    .action((options: TextOptions) =>
      reporting(async () => (await import("./tinytown.ts")).tinytownText(options)),
    );
  tinytown
    .command("judge")
    .description("score a text for an attribute by the generator's own knowledge: exact, not a model")
    .argument("[file]", "the text; - or nothing: standard input", "-")
    .addOption(
      new Option("--attribute <A>", "what to look for").choices(judgedAttributes).makeOptionMandatory(),
    )
    .option("--json", "one JSON document, schema steerscope.judge/1")
    .action((file: string, options: JudgeOptions) =>
      reporting(async () => (await import("./tinytown.ts")).tinytownJudge(file, options)),
    );
}
