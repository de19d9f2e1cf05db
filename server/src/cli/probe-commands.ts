import type { Command } from "commander";
import { number, whole } from "./number-options.ts";
import type { ProbeRunOptions } from "./probe-run.ts";
import type { ProbeTrainOptions } from "./probe-train.ts";
import { reporting } from "./problems.ts";

type Repeated = (value: string, before: string[] | undefined) => string[];

/** `probe train`, `sweep` and `run`; what they need is loaded only when they are asked for. */
export function addProbeCommands(program: Command, repeated: Repeated): void {
  const probe = program.command("probe").description("train probes on labelled text, with their controls");
  const training = (name: "train" | "sweep", words: string) =>
    probe
      .command(name)
      .description(words)
      .argument("<spec>", "what to train: NAME.probe.yaml")
      .option("--model <M>", "the model, in place of the one that the specification names")
      .option("--sae <S>", "an SAE (repeatable)", repeated)
      .option(
        "--place-controls <N>",
        "runs of shuffled labels and of control tasks beside each place, in place of the specification's",
        whole(0, 1000),
      )
      .option("--json", "one JSON document, schema steerscope.probe-report/1")
      .action((spec: string, options: ProbeTrainOptions) =>
        reporting(async () => (await import("./probe-train.ts")).probeTrainCommand(spec, name, options)),
      );
  training(
    "train",
    "train a probe, measure it with its controls, and keep it as NAME.probe.json beside its specification",
  );
  training("sweep", "the same at the positions last, mean and max, of which nothing is kept but the figures");
  probe
    .command("run")
    .description("what a trained probe says of prompts, sentence by sentence or token by token")
    .argument("<spec>", "a trained probe, NAME.probe.json, or its specification")
    .argument("<file...>", "prompt files")
    .option("--threshold <P>", "show only what scores at least so much", number())
    .option("--model <M>", "the model, in place of the one that the prompt names")
    .option("--json", "one JSON document, schema steerscope.probe-run/1")
    .action((spec: string, files: string[], options: ProbeRunOptions) =>
      reporting(async () => (await import("./probe-run.ts")).probeRunCommand(spec, files, options)),
    );
}
