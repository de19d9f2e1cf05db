import { type Command, Option } from "commander";
import { MOST_ATOMS } from "../protocol/decompose.ts";
import { whole } from "./number-options.ts";
import { reporting } from "./problems.ts";
import type { CaaOptions } from "./steer-caa.ts";
import type { DecomposeOptions } from "./steer-decompose.ts";
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
  steer
    .command("decompose")
    .description("tell a steering vector in an SAE's latents, and why its encoding misleads")
    .argument("<vector>", "a file of steering vectors: .safetensors or .gguf")
    .requiredOption("--sae <S>", "an SAE at the vector's hook point")
    .option("--name <N>", "which vector of the file, where the SAE's hook point does not say it")
    .option("--atoms <N>", "decoder directions at most, up to 256", whole(1, MOST_ATOMS), 16)
    .option("--pairs <FILE>", "the texts it was made from, to compare with how they activate the latents")
    .option("--positive <LABEL>", "which of the two labels of that file the vector points to")
    .option(...model)
    .option("--json", "one JSON document, schema steerscope.steer-decompose/1")
    .action((vector: string, options: DecomposeOptions) =>
      reporting(async () => (await import("./steer-decompose.ts")).decomposeCommand(vector, options)),
    );
  addSteerMethods(steer, repeated);
}
