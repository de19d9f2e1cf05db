import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { hubCacheFolder } from "./cache-folder.ts";

/** A sentence-embedding model that lies on this machine. */
export interface EmbeddingModel {
  /** As people name it: a Hub id or a folder. */
  id: string;
  /** Folder with config.json and tokenizer.json. */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** How a text's vector is made of its tokens' where no file of the model says so. */
  pooling: "mean" | "cls";
  /** What the model was trained to read before a query and before what is searched; empty for most. */
  prefixes: { query: string; passage: string };
}

/** Taken unasked, the first that the cache holds. */
export const knownEmbeddingModels = [
  "sentence-transformers/all-MiniLM-L6-v2",
  "Xenova/all-MiniLM-L6-v2",
  "BAAI/bge-small-en-v1.5",
  "Xenova/bge-small-en-v1.5",
  "intfloat/multilingual-e5-small",
  "Xenova/multilingual-e5-small",
] as const;

/** Full precision before quantized: labels are short, and are read once. */
const onnxFiles = ["onnx/model.onnx", "onnx/model_quantized.onnx", "model.onnx"];
const besides = ["config.json", "tokenizer.json"];

/**
 * The sentence-embedding model to use; null where there is none. Nothing is downloaded.
 * @param named a Hub id or an absolute folder; empty: the first known one that the cache holds
 */
export function findEmbeddingModel(named: string, cache = hubCacheFolder()): EmbeddingModel | null {
  const ids = named === "" ? knownEmbeddingModels : [named];
  for (const id of ids) {
    const folders = isAbsolute(id) ? [id] : snapshotsOf(id, cache);
    for (const folder of folders) {
      const file = onnxFiles.find((it) => existsSync(join(folder, it)));
      if (file && besides.every((it) => existsSync(join(folder, it))))
        return { id, folder, file, ...conventionsOf(id) };
    }
  }
  return null;
}

/** Where the snapshots of a model lie in a Hub cache, or would. */
export function snapshotsFolder(id: string, cache = hubCacheFolder()): string {
  return join(cache, `models--${id.replaceAll("/", "--")}`, "snapshots");
}

/** Changes when the model is another one, or one of its files was replaced. */
export function embeddingIdentity({ id, folder, file }: EmbeddingModel): string {
  const names = [file, ...besides, "1_Pooling/config.json", "sentence_bert_config.json"];
  const prints = names.map((name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats ? `${name}:${stats.size}:${stats.mtimeMs}` : name;
  });
  return [id, ...prints].join("\n");
}

/** Folders of the snapshots of a model, the one that `main` means first. */
function snapshotsOf(id: string, cache: string): string[] {
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(id)) return [];
  const folder = snapshotsFolder(id, cache);
  if (!existsSync(folder)) return [];
  const ref = join(folder, "..", "refs", "main");
  const main = existsSync(ref) ? readFileSync(ref, "utf8").trim() : "";
  const revisions = readdirSync(folder).sort((a, b) => Number(b === main) - Number(a === main));
  return revisions.map((revision) => join(folder, revision));
}

/**
 * What models' cards say and their files may not: E5 reads "query: " and "passage: " before texts (Wang et al. 2022), and BGE
 * takes the first token's vector, which copies without 1_Pooling/config.json do not tell.
 */
function conventionsOf(id: string): Pick<EmbeddingModel, "pooling" | "prefixes"> {
  const name = id.split(/[/\\]/).at(-1) ?? id;
  const isE5 = /(^|-)e5-/i.test(name);
  return {
    pooling: /^bge-/i.test(name) ? "cls" : "mean",
    prefixes: isE5 ? { query: "query: ", passage: "passage: " } : { query: "", passage: "" },
  };
}
