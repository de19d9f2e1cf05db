// The command `steerscope`. Exit status: 0 done, 1 the work failed, 2 wrong usage.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Position } from "../protocol/inspect.ts";
import { checkModel, checkSae } from "./check.ts";
import { doctor } from "./doctor.ts";
import { type InspectOptions, inspectCommand } from "./inspect.ts";
import { interrupted } from "./interrupt.ts";
import { type LensOptions, lensCommand } from "./lens.ts";
import { whole } from "./number-options.ts";
import { addProbeCommands } from "./probe-commands.ts";
import { reporting } from "./problems.ts";
import { addRecipeCommands } from "./recipe-commands.ts";
import { addSteerCommands } from "./steer-commands.ts";
import { addSteeringCommands } from "./steering-commands.ts";
import { addStoreCommands } from "./store-commands.ts";
import { addTinytown } from "./tinytown-commands.ts";
import { ownVersion } from "./versions.ts";

/** The engine ends with this process, whichever way it ends. */
for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !interrupted()) process.exit(status);
  });
}
// Output cut short by the reader (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

function lineAndColumn(text: string): Position {
  const match = /^([1-9]\d*):([1-9]\d*)$/.exec(text);
  if (match) return { line: Number(match[1]) - 1, character: Number(match[2]) - 1 };
  throw new InvalidArgumentError("It is LINE:COLUMN, both counted from 1.");
}

const repeated = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

const program = new Command("steerscope")
  .description("Language-model features under the cursor; this is its command line.")
  .version(ownVersion(), "--version", "the version of Steerscope")
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

program
  .command("inspect")
  .description("analyse one prompt file")
  .argument("<file>", "the prompt file")
  .option("--model <M>", "tinytown, a folder with config.json, or a Hub id that the local cache holds")
  .option(
    "--sae <S>",
    "an embedded SAE, a folder or file, or a Hub id with a path; S@HOOK sets the hook (repeatable)",
    repeated,
  )
  .option("--top <K>", "at most this many features of each SAE on a token", whole(1))
  .option("--at <LINE:COL>", "only the token there, in full", lineAndColumn)
  .option("--json", "one JSON document, schema steerscope.inspect/1")
  .option("--through-server", "ask the language server, as an editor does")
  .action((file: string, options: InspectOptions) => reporting(() => inspectCommand(file, options)));

program
  .command("lens")
  .description("what every layer predicts after each token (logit lens)")
  .argument("<file>", "the prompt file")
  .option("--model <M>", "tinytown, a folder with config.json, or a Hub id that the local cache holds")
  .option("--sae <S>", "an SAE whose features JSON lists (repeatable)", repeated)
  .option("--top <K>", "guesses of each layer, at most 100 (5)", whole(1))
  .option("--at <LINE:COL>", "only the token there, with all layers", lineAndColumn)
  .option("--json", "one JSON document, schema steerscope.lens/1")
  .action((file: string, options: LensOptions) => reporting(() => lensCommand(file, options)));

program
  .command("serve")
  .description("the language server, for any LSP client")
  .requiredOption("--stdio", "speak LSP over stdin and stdout")
  .action(async () => void (await import("../lsp/main.ts")));

program
  .command("model")
  .description("look at models")
  .command("check")
  .description("what a model is, which conventions apply, what was verified")
  .argument("<M>", "the model")
  .action((model: string) => reporting(() => checkModel(model)));

program
  .command("sae")
  .description("look at SAEs")
  .command("check")
  .description("what an SAE is, which conventions apply, what was verified")
  .argument("<S>", "the SAE")
  .option("--model <M>", "the model to try it on", "tinytown")
  .action((sae: string, { model }: { model: string }) => reporting(() => checkSae(sae, model)));

program
  .command("doctor")
  .description("what runs here: versions, devices, models, folders, memory")
  .option("--json", "one JSON document, schema steerscope.doctor/1")
  .action((options: { json?: boolean }) => reporting(() => doctor(options)));

addRecipeCommands(program, repeated);
addSteeringCommands(program, repeated);
addStoreCommands(program, repeated);
addSteerCommands(program, repeated);
addProbeCommands(program, repeated);
addTinytown(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help that was asked for is no error; everything else commander throws is wrong usage.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
