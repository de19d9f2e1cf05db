import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { EngineError } from "../errors.ts";
import { type Alignment, align, displayBytes, tokenBytes } from "./byte-level.ts";
import { asPythonMeansIt } from "./pre-tokenizer.ts";
import { startTokenId } from "./start-token.ts";

type Json = Record<string, unknown>;

/**
 * A byte-level BPE tokenizer with exact places. The ids come from the tokenizer inside transformers.js, imported on its
 * own: the whole of transformers.js costs far more to load and would bring a second runtime; it gives no offsets.
 */
export class Tokenizer {
  readonly #hub: HubTokenizer;
  readonly #bytes: Uint8Array[] = [];
  readonly #added: { id: number; content: string; special: boolean }[];
  readonly #special: Set<number>;
  readonly config: Json;
  readonly vocabulary: number;
  readonly bosId: number | null;
  /** Ids that the tokenizer itself puts before a plain text. */
  readonly startIds: number[];

  private constructor(folder: string, json: Json, config: Json) {
    const path = join(folder, "tokenizer.json");
    const steps = JSON.stringify([json.pre_tokenizer, json.decoder]);
    if ((json.model as Json | undefined)?.type !== "BPE" || !steps.includes('"ByteLevel"'))
      throw unsupported(path, "is not a byte-level BPE");
    if (json.normalizer !== null && json.normalizer !== undefined)
      throw unsupported(path, "changes the text before splitting it");
    this.config = config;
    this.#hub = new HubTokenizer({ ...json, pre_tokenizer: asPythonMeansIt(json.pre_tokenizer) }, config);
    const vocab = (json.model as { vocab: Record<string, number> }).vocab;
    for (const [entry, id] of Object.entries(vocab)) this.#bytes[id] = tokenBytes(entry);
    this.#added = (json.added_tokens ?? []) as { id: number; content: string; special: boolean }[];
    for (const { id, content } of this.#added) this.#bytes[id] = new TextEncoder().encode(content);
    this.#special = new Set(this.#added.filter((token) => token.special).map((token) => token.id));
    this.vocabulary = this.#bytes.length;
    this.bosId = startTokenId(
      folder,
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
    return new Tokenizer(folder, readJson(path), readJson(join(folder, "tokenizer_config.json"), {}));
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

  /** What a token reads, for people. */
  text(id: number): string {
    const bytes = this.#bytes[id];
    return bytes ? displayBytes(bytes) : `⟨id ${id}⟩`;
  }
}

/** Reads a JSON file of a model folder. */
export function readJson(path: string, fallback?: Json): Json {
  if (fallback && !existsSync(path)) return fallback;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new EngineError({
      code: "tokenizer-invalid",
      message: `${path} is not JSON: ${(error as Error).message}.`,
      remedy: "Fetch the file again.",
      subject: "model",
      path,
    });
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
