import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExplainOptions } from "./explain.ts";
import type { FeatureOptions } from "./feature.ts";
import { whole } from "./number-options.ts";
import { reporting } from "./problems.ts";
import type { ScanOptions } from "./scan.ts";
import type { SearchOptions } from "./search.ts";
import type { StoreExportOptions, StoreImportOptions, StoreTrimOptions } from "./store-exchange.ts";

/** `scan`, `feature`, `search` and `store`; what they need is loaded only when they are asked for. */
export function addStoreCommands(
  program: Command,
  repeated: (value: string, before: string[] | undefined) => string[],
): void {
  const store = "the store: a file, or a folder that holds features.sqlite";
  program
    .command("scan")
    .description(
      "run a corpus through model and SAEs and keep what is found in a feature store; resumes by itself",
    )
    .argument("<corpus...>", "files and folders: .txt, .md, .jsonl, .csv, .tsv, .parquet, prompt files")
    .option("--sae <S>", "an SAE (repeatable); those that ship with the model when left out", repeated)
    .option("--model <M>", "the model", "tinytown")
    .option("--store <FILE|DIR>", store)
    .option("--field <NAME>", "field that holds the text in JSONL, CSV and Parquet", "text")
    .option("--context <N>", "tokens of a window (256, or fewer where the model reads fewer)", whole(2))
    .option("--max-tokens <N>", "stop after so many tokens", whole(1))
    .option("--scores", "then score every latent as a handle for steering (output and input score)")
    .option("--json", "one JSON document, schema steerscope.scan/1")
    .action((corpus: string[], options: ScanOptions) =>
      reporting(async () => (await import("./scan.ts")).scanCommand(corpus, options)),
    );
  program
    .command("feature")
    .description("everything known of one latent")
    .argument("<SAE>", "the SAE")
    .argument("<INDEX>", "the latent", whole(0))
    .option("--store <FILE|DIR>", store)
    .option("--model <M>", "the model, where no store is found", "tinytown")
    .option("--scores", "measure its output and input score, and keep them in the store")
    .option("--json", "one JSON document, schema steerscope.feature/1")
    .action((sae: string, feature: number, options: FeatureOptions) =>
      reporting(async () => (await import("./feature.ts")).featureCommand(sae, feature, options)),
    );
  program
    .command("search")
    .description(
      "latents by words in their labels and examples, by the meaning of labels, by example texts, or by how they answer to texts",
    )
    .argument("[words...]", "all of them, or some where no latent has all")
    .option("--sae <S>", "only latents of this SAE")
    .option("--store <FILE|DIR>", store)
    .option(
      "--like <TEXT>",
      "a text that the latent sought fires on, as on few others (repeatable)",
      repeated,
    )
    .option("--alike <SAE:INDEX>", "latents that answer to a fixed list of texts as this one does")
    .option("--alike-token <TOKEN>", "latents that answer to these texts as the token's logit does")
    .option(
      "--alike-model <M>",
      "the model of what is named by --alike or --alike-token, where it is another",
    )
    .option("--meaning <TEXT>", "latents whose labels are nearest in meaning, by a sentence-embedding model")
    .option(
      "--embedding-model <E>",
      "that model: a Hub id that the cache holds, or a folder; else a known one from the cache",
    )
    .option("--model <M>", "the model, for searches by texts and by meaning", "tinytown")
    .option("--top <K>", "at most this many", whole(1), 20)
    .option("--json", "one JSON document, schema steerscope.search/1")
    .action((words: string[], options: SearchOptions) =>
      reporting(async () => (await import("./search.ts")).searchCommand(words, options)),
    );
  addExplain(program, store);
  addExchange(
    program.command("store").description("write a feature store in others' formats, and read these"),
    store,
  );
}

/** One latent, or all from one to another. */
function latents(text: string, before: number[] | undefined): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match && to >= from && to - from < 1_000_000)
    return [...(before ?? []), ...Array.from({ length: to - from + 1 }, (_, i) => from + i)];
  throw new InvalidArgumentError("It is a whole number from 0 on, or FROM-TO.");
}

function addExplain(program: Command, store: string): void {
  program
    .command("explain")
    .description("label latents automatically and score the labels; those labelled already are left out")
    .argument("<SAE>", "the SAE")
    .argument("<INDEX...>", "latents, one by one or as FROM-TO", latents)
    .addOption(
      new Option(
        "--with <W>",
        "who labels: an endpoint (where one is named), the model itself, or else a list of the tokens it fires on",
      ).choices(["endpoint", "local", "tokens"]),
    )
    .option("--endpoint <URL>", "base URL of an OpenAI-compatible endpoint; examples are sent there")
    .option("--endpoint-model <M>", "the endpoint's model")
    .option("--key-variable <NAME>", "the environment variable that holds the endpoint's key")
    .option("--score-only", "make no labels; score those that there are")
    .option("--label <TEXT>", "score this label (of one latent), and keep nothing")
    .option("--again", "also those that are labelled or scored already")
    .option("--store <FILE|DIR>", store)
    .option("--model <M>", "the model", "tinytown")
    .option("--json", "one JSON document, schema steerscope.explain/1")
    .action((sae: string, features: number[], options: ExplainOptions) =>
      reporting(async () => (await import("./explain.ts")).explainCommand(sae, features, options)),
    );
}

function addExchange(program: Command, store: string): void {
  program
    .command("export")
    .description("write a store in the shape of Neuronpedia's bulk files, as JSON lines or as Parquet")
    .requiredOption("--store <FILE|DIR>", store)
    .requiredOption("--to <DIR>", "the folder that gets v1/MODEL/SOURCE/…")
    .addOption(
      new Option("--format <F>", "the format").choices(["neuronpedia", "parquet"]).default("neuronpedia"),
    )
    .option("--source <ID>", "the source's id, for a store of one SAE; else made from hook point and SAE")
    .option("--json", "one JSON document, schema steerscope.export/1")
    .action((options: StoreExportOptions) =>
      reporting(async () => (await import("./store-exchange.ts")).exportCommand(options)),
    );
  program
    .command("trim")
    .description("write a smaller copy of a store, to pass on: the same figures with fewer examples")
    .requiredOption("--store <FILE|DIR>", store)
    .requiredOption("--to <FILE|DIR>", "the copy")
    .option("--top <N>", "strongest examples left for a latent", whole(1), 6)
    .option("--sample <N>", "other examples left for a latent, of all strengths", whole(0), 12)
    .action((options: StoreTrimOptions) =>
      reporting(async () => (await import("./store-exchange.ts")).trimCommand(options)),
    );
  program
    .command("import")
    .description("read Neuronpedia's bulk files or a delphi cache into a store")
    .argument("<path...>", "folders or files: .jsonl, .jsonl.gz; or a delphi cache's folder of one module")
    .requiredOption("--store <FILE|DIR>", store)
    .requiredOption("--sae <S>", "the SAE that they belong to")
    .option("--model <M>", "the model", "tinytown")
    .option("--json", "one JSON document, schema steerscope.import/1")
    .action((from: string[], options: StoreImportOptions) =>
      reporting(async () => (await import("./store-exchange.ts")).importCommand(from, options)),
    );
}
