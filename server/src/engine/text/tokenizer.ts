import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { EngineError, firstLine } from "../errors.ts";
import { type Blame, isObject, type JsonObject, readJsonObject } from "../files/json.ts";
import { type Alignment, align, displayBytes, tokenBytes } from "./byte-level.ts";
import { asPythonMeansIt } from "./pre-tokenizer.ts";
import { startTokenId } from "./start-token.ts";
import { type AddedToken, addedTokens, vocabularyOf } from "./tokenizer-parts.ts";

const blame: Blame = { code: "tokenizer-invalid", subject: "model", remedy: "Fetch the file again." };

/**
 * A byte-level BPE tokenizer with exact places. The ids come from the tokenizer inside transformers.js, imported on its
 * own: the whole of transformers.js costs far more to load and would bring a second runtime; it gives no offsets.
 */
export class Tokenizer {
  readonly #hub: HubTokenizer;
  readonly #bytes: Uint8Array[] = [];
  readonly #added: AddedToken[];
  readonly #special: Set<number>;
  readonly config: JsonObject;
  readonly bosId: number | null;
  /** Ids that the tokenizer itself puts before a plain text. */
  readonly startIds: number[];

  private constructor(path: string, json: JsonObject, config: JsonObject) {
    const steps = JSON.stringify([json.pre_tokenizer, json.decoder]);
    const model = isObject(json.model) ? json.model : {};
    if (model.type !== "BPE" || !steps.includes('"ByteLevel"'))
      throw unsupported(path, "is not a byte-level BPE");
    if (json.normalizer !== null && json.normalizer !== undefined)
      throw unsupported(path, "changes the text before splitting it");
    this.config = config;
    for (const [entry, id] of vocabularyOf(model, path, blame)) this.#bytes[id] = tokenBytes(entry);
    this.#added = addedTokens(json, path, blame);
    for (const { id, content } of this.#added) this.#bytes[id] = new TextEncoder().encode(content);
    this.#hub = new HubTokenizer({ ...json, pre_tokenizer: asPythonMeansIt(json.pre_tokenizer) }, config);
    this.#special = new Set(this.#added.filter((token) => token.special).map((token) => token.id));
    this.bosId = startTokenId(
      dirname(path),
      config,
      (content) => this.#added.find((it) => it.content === content)?.id,
    );
    const bare = this.#hub.encode("a", { add_special_tokens: false }).ids;
    const dressed = this.#hub.encode("a", { add_special_tokens: true }).ids;
    this.startIds = dressed.slice(0, dressed.indexOf(bare[0]));
  }

  /** @throws EngineError `tokenizer-missing`, `tokenizer-invalid`, `tokenizer-unsupported` */
  static load(folder: string): Tokenizer {
    const path = join(folder, "tokenizer.json");
    if (!existsSync(path))
      throw new EngineError({
        code: "tokenizer-missing",
        message: `${folder} has no tokenizer.json.`,
        remedy: "Point to a complete Hugging Face snapshot folder.",
        subject: "model",
        path,
      });
    const json = readJsonObject(path, blame);
    const configPath = join(folder, "tokenizer_config.json");
    const config = existsSync(configPath) ? readJsonObject(configPath, blame) : {};
    try {
      return new Tokenizer(path, json, config);
    } catch (error) {
      if (error instanceof EngineError) throw error;
      // The library checks nothing: what it trips over is in the file.
      const message = `${path} cannot be built into a tokenizer: ${firstLine(error)}.`;
      throw new EngineError({ ...blame, message, path });
    }
  }

  /**
   * Ids of a well-formed text and their UTF-16 ranges, special tokens recognised as Transformers does.
   * @throws EngineError `tokenizer-alignment` where ids do not spell the text
   */
  encode(text: string): { ids: number[] } & Alignment {
    const ids = text === "" ? [] : this.#hub.encode(text, { add_special_tokens: false }).ids;
    const places = align(
      text,
      ids.map((id) => this.#bytes[id] ?? new Uint8Array(0)),
    );
    if (!places)
      throw new EngineError({
        code: "tokenizer-alignment",
        message: "The tokens do not spell the text back, so they cannot be placed in it.",
        remedy: "Report the text and the model: this tokenizer changes text in a way that is not known here.",
        subject: "model",
      });
    return { ids, ...places };
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  /** Contents of special tokens, to find where a text spells one. */
  get specialContents(): string[] {
    return this.#added.filter((token) => token.special).map((token) => token.content);
  }

  /** Bytes that a token stands for; none for an id that the vocabulary does not have. */
  bytes(id: number): Uint8Array {
    return this.#bytes[id] ?? new Uint8Array(0);
  }

  /** What a token reads, for people. */
  text(id: number): string {
    const bytes = this.#bytes[id];
    return bytes ? displayBytes(bytes) : `⟨id ${id}⟩`;
  }
}

function unsupported(path: string, why: string): EngineError {
  return new EngineError({
    code: "tokenizer-unsupported",
    message: `${path} ${why}, so tokens cannot be placed in the text.`,
    remedy: "Use a model with a byte-level BPE tokenizer (GPT-2, Llama 3, SmolLM2, tinytown).",
    subject: "model",
    path,
  });
}
