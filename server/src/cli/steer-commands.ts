import { type Command, Option } from "commander";
import { reporting } from "./problems.ts";
import type { CaaOptions } from "./steer-caa.ts";
import { addSteerMethods } from "./steer-method-commands.ts";

const model = ["--model <M>", "the model", "tinytown"] as const;

/** `steer caa` and `steer decompose`; what they need is loaded only when they are asked for. */
export function addSteerCommands(
  program: Command,
  repeated: (value: string, before: string[] | undefined) => string[],
): void {
  const steer = program.command("steer").description("make and look into steering vectors");
  steer
    .command("caa")
    .description("make steering vectors from texts that show something and texts that do not (CAA)")
    .argument("<pairs>", "a .jsonl, .csv or .tsv file: fields positive and negative, or text and label")
    .requiredOption(
      "--hook <H>",
      "residual hook point, such as blocks.3.hook_resid_post (repeatable)",
      repeated,
    )
    .requiredOption("--out <FILE>", "the file that gets the vectors: .safetensors, or .gguf for llama.cpp")
    .addOption(
      new Option("--pool <P>", "the last token of each text, or the mean of all but the first")
        .choices(["last", "mean"])
        .default("last"),
    )
    .option("--positive <LABEL>", "which of the two labels the vector points to")
    .option(...model)
    .option("--json", "one JSON document, schema steerscope.steer-caa/1")
    .action((pairs: string, options: CaaOptions) =>
      reporting(async () => (await import("./steer-caa.ts")).caaCommand(pairs, options)),
    );
  addSteerMethods(steer, repeated);
}
