import type { AnalysisWarning, MessageInput, TokenSpans } from "../../protocol/engine.ts";
import { ChatTemplate } from "./chat-template.ts";
import { Tokenizer } from "./tokenizer.ts";

/** Ids of a prompt, and what each belongs to. */
export interface EncodedPrompt {
  ids: Int32Array;
  spans: TokenSpans;
  /** Index into `roles`, −1 where a token belongs to no message. */
  roleOf: Int32Array;
  roles: string[];
  warnings: AnalysisWarning[];
}

export interface EncodeOptions {
  /** Whether a start token stands first: true adds it where missing, false leaves out the tokenizer's own, null is its default. */
  startToken?: boolean | null;
  /** Tokens that are of use: a text far longer than these is read no further. */
  enoughTokens?: number;
}

/** A stretch of the written-out prompt that is one message's text. */
interface Stretch {
  message: number;
  start: number;
  end: number;
  /** Offset of `start` in the message's text. */
  offset: number;
}

/** Text side of a model: tokenizer and chat template of its folder; no network, ever. */
export class TextModel {
  readonly #tokenizer: Tokenizer;
  readonly #template: ChatTemplate | null;

  private constructor(tokenizer: Tokenizer, template: ChatTemplate | null) {
    this.#tokenizer = tokenizer;
    this.#template = template;
  }

  /** @throws EngineError with subject `model` */
  static load(folder: string): TextModel {
    const tokenizer = Tokenizer.load(folder);
    return new TextModel(tokenizer, ChatTemplate.load(folder, tokenizer.config));
  }

  get hasChatTemplate(): boolean {
    return this.#template !== null;
  }

  /** What there is to say of how prompts are written out, besides the start token. */
  get conventions(): string[] {
    return [
      this.#template
        ? "Roles go through the model's chat template, with a generation prompt where the assistant is next and 26 July 2024 as today."
        : "The model has no chat template.",
    ];
  }

  /** What the tokenizer itself puts before plain text; empty where that is nothing. */
  get ownStart(): string {
    return this.#tokenizer.startIds.map((id) => this.text(id)).join("");
  }

  /** The start token's text, null where the model's files name none. */
  get startToken(): string | null {
    const { bosId } = this.#tokenizer;
    return bosId === null ? null : this.text(bosId);
  }

  isSpecial(id: number): boolean {
    return this.#tokenizer.isSpecial(id);
  }

  /** Bytes that a token stands for. */
  bytes(id: number): Uint8Array {
    return this.#tokenizer.bytes(id);
  }

  /** What a token reads, for people. */
  text(id: number): string {
    return this.#tokenizer.text(id);
  }

  /** Writes messages out as the model sees them and places every token. Lone surrogates read as U+FFFD. */
  encodePrompt(messages: MessageInput[], options: EncodeOptions = {}): EncodedPrompt {
    const inputs = messages.map(({ role, text }) => ({ role, text: text.toWellFormed() }));
    const warnings = this.#spelledSpecials(inputs);
    const chat = inputs.some(({ role }) => role !== null);
    const { text, stretches } =
      chat && this.#template ? this.#chat(inputs, warnings) : this.#plain(inputs, chat, warnings);
    const { encoded, read } = this.#encodeEnough(text, options.enoughTokens ?? Number.POSITIVE_INFINITY);
    if (read < text.length)
      warnings.push(
        warning(
          "prompt-cut",
          `Only the first ${read} of ${text.length} characters were read.`,
          "Shorten the prompt: the rest lies beyond the model's context.",
        ),
      );
    const start = this.#startIds(encoded.ids, chat && this.#template !== null, options.startToken ?? null);
    const ids = Int32Array.from([...start, ...encoded.ids]);
    const shift = start.length;
    const spans: TokenSpans = {
      message: new Int32Array(ids.length).fill(-1),
      start: new Int32Array(ids.length),
      end: new Int32Array(ids.length),
      shared: new Uint8Array(ids.length),
      special: Uint8Array.from(ids, (id) => Number(this.#tokenizer.isSpecial(id))),
    };
    let s = 0;
    for (let t = shift; t < ids.length; t++) {
      const [from, to] = [encoded.start[t - shift], encoded.end[t - shift]];
      while (s < stretches.length && stretches[s].end <= from) s++;
      const stretch = stretches[s];
      if (!stretch || to <= stretch.start) continue;
      spans.message[t] = stretch.message;
      spans.start[t] = Math.max(from, stretch.start) - stretch.start + stretch.offset;
      spans.end[t] = Math.min(to, stretch.end) - stretch.start + stretch.offset;
      spans.shared[t] = encoded.shared[t - shift];
    }
    const roles = [...new Set(inputs.flatMap(({ role }) => (role === null ? [] : [role]))), "assistant"];
    const messageOf = assignGaps(spans, (t) => this.text(ids[t]).trim() === "");
    const roleOf = messageOf.map((m) =>
      !chat || m < 0 ? -1 : roles.indexOf(m < inputs.length ? (inputs[m].role ?? "user") : "assistant"),
    );
    return { ids, spans, roleOf, roles: [...new Set(roles)], warnings };
  }

  /** Reads a text in growing parts until it ends or there are more tokens than are of use. */
  #encodeEnough(text: string, enough: number) {
    for (let limit = Math.max(4096, 8 * enough); limit < text.length; limit *= 4) {
      const part = text.slice(0, limit).toWellFormed();
      const encoded = this.#tokenizer.encode(part);
      if (encoded.ids.length > enough) return { encoded, read: limit };
    }
    return { encoded: this.#tokenizer.encode(text), read: text.length };
  }

  #plain(inputs: MessageInput[], chat: boolean, warnings: AnalysisWarning[]) {
    if (chat)
      warnings.push(
        warning(
          "no-chat-template",
          "The model has no chat template, so roles are left out and messages are joined by blank lines.",
          "Use an instruction-tuned model for prompts with roles.",
        ),
      );
    let text = "";
    const stretches = inputs.map((input, message) => {
      if (message > 0) text += "\n\n";
      const start = text.length;
      text += input.text;
      return { message, start, end: text.length, offset: 0 };
    });
    return { text, stretches };
  }

  #chat(inputs: MessageInput[], warnings: AnalysisWarning[]) {
    const { text, places, inOrder } = (this.#template as ChatTemplate).render(
      inputs.map(({ role, text: content }) => ({ role: role ?? "user", text: content })),
    );
    if (!inOrder)
      warnings.push(
        warning(
          "template-reorders",
          "The chat template moves or drops messages, so the model does not read them in the order of the file.",
          "Compare with the template of the model.",
        ),
      );
    const stretches: Stretch[] = [];
    places.forEach((place, message) => {
      if (place) stretches.push({ message, ...place });
      else if (inputs[message].text.trim() !== "")
        warnings.push({
          ...warning(
            "template-drops",
            "The chat template leaves this message out or rewrites it.",
            "Compare with the template of the model.",
          ),
          messageIndex: message,
          start: 0,
          end: inputs[message].text.length,
        });
    });
    return { text, stretches: stretches.sort((a, b) => a.start - b.start) };
  }

  /** Ids to put in front of those of the text. */
  #startIds(ids: number[], templated: boolean, wanted: boolean | null): number[] {
    const { bosId, startIds } = this.#tokenizer;
    if (wanted === true) return bosId === null || ids[0] === bosId ? [] : [bosId];
    if (templated) return [];
    return wanted === false ? [] : startIds;
  }

  #spelledSpecials(inputs: MessageInput[]): AnalysisWarning[] {
    const found: AnalysisWarning[] = [];
    inputs.forEach(({ text }, messageIndex) => {
      for (const content of this.#tokenizer.specialContents)
        for (let at = text.indexOf(content); at >= 0; at = text.indexOf(content, at + content.length))
          found.push({
            ...warning(
              "special-token-spelled",
              `This text spells the special token ${content}, and the model reads it as that token.`,
              "Change the text if it is meant literally.",
            ),
            messageIndex,
            start: at,
            end: at + content.length,
          });
    });
    return found;
  }
}

function warning(code: string, message: string, remedy: string): AnalysisWarning {
  return { code, message, remedy, subject: "prompt" };
}

/**
 * Which message each token belongs to, template tokens included: after a text, up to the first special token and the
 * white space behind it is that message's footer; what follows is the header of the next, or of the answer to come.
 */
function assignGaps(spans: TokenSpans, isBlank: (token: number) => boolean): Int32Array {
  const length = spans.message.length;
  const owner = spans.message.slice();
  for (let t = 0; t < length; ) {
    if (owner[t] >= 0) {
      t++;
      continue;
    }
    let end = t;
    while (end < length && owner[end] < 0) end++;
    const before = t > 0 ? owner[t - 1] : -1;
    const after = end < length ? owner[end] : before + 1;
    let header = t;
    if (before >= 0) {
      while (header < end && !spans.special[header]) header++;
      if (header < end) header++;
      while (header < end && isBlank(header)) header++;
    } else {
      header = end;
      while (header > t && !spans.special[header - 1]) header--;
      if (header > t) header--;
    }
    owner.fill(before, t, header);
    owner.fill(after, header, end);
    t = end;
  }
  return owner;
}
