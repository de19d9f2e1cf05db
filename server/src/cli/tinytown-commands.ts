import { type Command, InvalidArgumentError, Option } from "commander";
import { judgedAttributes } from "../tinytown/judge/types.ts";
import { kinds } from "../tinytown/types.ts";
import { reporting } from "./problems.ts";
import type { JudgeOptions, TextOptions } from "./tinytown.ts";

function whole(text: string, from: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= from) return value;
  throw new InvalidArgumentError(`It is a whole number from ${from} on.`);
}

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
    .option("--n <N>", "how many documents", (text: string) => whole(text, 1), 10)
    .option("--seed <S>", "any whole number", (text: string) => whole(text, 0), 1)
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
