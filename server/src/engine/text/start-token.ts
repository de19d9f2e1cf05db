import { join } from "node:path";
import { type JsonObject, readJsonObject } from "../files/json.ts";

/** Start tokens that Transformers' tokenizer classes have without being told. */
const byClass: Record<string, string> = {
  GPT2Tokenizer: "<|endoftext|>",
  GPT2TokenizerFast: "<|endoftext|>",
  LlamaTokenizer: "<s>",
  LlamaTokenizerFast: "<s>",
};

/**
 * Id of a model's start token, from what its folder says, in Transformers' order: tokenizer_config.json,
 * special_tokens_map.json, the tokenizer class's own; then config.json's `bos_token_id`. Null where nothing says it.
 */
export function startTokenId(
  folder: string,
  config: JsonObject,
  idOf: (content: string) => number | undefined,
): number | null {
  const model = read(join(folder, "config.json"));
  const className = config.tokenizer_class ?? (model.model_type === "gpt2" ? "GPT2Tokenizer" : "");
  const names = [
    config.bos_token,
    read(join(folder, "special_tokens_map.json")).bos_token,
    byClass[String(className)],
  ];
  for (const name of names) {
    const content =
      typeof name === "string" ? name : (name as { content?: string } | null | undefined)?.content;
    const id = content === undefined ? undefined : idOf(content);
    if (id !== undefined) return id;
  }
  return typeof model.bos_token_id === "number" ? model.bos_token_id : null;
}

/** What is wrong with these files is said where they are loaded; here they only help. */
function read(path: string): JsonObject {
  try {
    return readJsonObject(path, {
      code: "tokenizer-invalid",
      subject: "model",
      remedy: "Fetch the file again.",
    });
  } catch {
    return {};
  }
}
