import { existsSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { EngineError, firstLine } from "../errors.ts";
import { type Blame, type JsonObject, readJsonObject } from "../files/json.ts";

const blame: Blame = { code: "embedding-invalid", subject: "model", remedy: "Fetch the file again." };
/** Tokens of a text that are read where the model's files allow more: what is embedded here is a label or a question. */
const most = 512;

/**
 * Texts to ids as transformers.js makes them, by the tokenizer inside it. Any kind that it knows will do: nothing has to be
 * placed in the text here, as in engine/text.
 */
export class TextIds {
  readonly #hub: HubTokenizer;
  /** How many special ids the tokenizer puts behind a text. */
  readonly #behind: number;
  /** Ids of a text at most, special ones included; what is longer is cut off before the last special ones. */
  readonly longest: number;

  private constructor(hub: HubTokenizer, longest: number) {
    this.#hub = hub;
    this.longest = longest;
    const bare = hub.encode("a", { add_special_tokens: false }).ids;
    const dressed = hub.encode("a").ids;
    this.#behind = dressed.length - dressed.indexOf(bare[0]) - bare.length;
  }

  /** @throws EngineError `embedding-invalid` naming the file that cannot be used */
  static load(folder: string): TextIds {
    const path = join(folder, "tokenizer.json");
    const json = readJsonObject(path, blame);
    const config = optional(folder, "tokenizer_config.json");
    const limits = [
      optional(folder, "sentence_bert_config.json").max_seq_length,
      config.model_max_length,
      optional(folder, "config.json").max_position_embeddings,
    ].filter((it): it is number => typeof it === "number" && it >= 3);
    try {
      return new TextIds(new HubTokenizer(json, config), Math.min(most, ...limits));
    } catch (error) {
      // The library checks nothing: what it trips over is in the file.
      const message = `${path} cannot be built into a tokenizer: ${firstLine(error)}.`;
      throw new EngineError({ ...blame, message, path });
    }
  }

  /** Ids of a text, special ones included. */
  of(text: string): number[] {
    const { ids } = this.#hub.encode(text);
    if (ids.length <= this.longest) return ids;
    const end = ids.slice(ids.length - this.#behind);
    return [...ids.slice(0, this.longest - this.#behind), ...end];
  }
}

/** A file that a folder may lack. */
function optional(folder: string, name: string): JsonObject {
  const path = join(folder, name);
  return existsSync(path) ? readJsonObject(path, blame) : {};
}
