import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import type { MessageInput } from "../../protocol/engine.ts";
import { EngineError, firstLine } from "../errors.ts";

/** A chat written out by the model's template, and where each message's text ended up. */
export interface Rendered {
  text: string;
  /** For each message: where its text lies in `text`, and which offset of the message that start is. Null where lost. */
  places: ({ start: number; end: number; offset: number } | null)[];
  /** Whether messages stand in the order of the file. */
  inOrder: boolean;
}

/** Day that templates see as today, so that the same prompt gives the same tokens on any day. */
const fixedClock = new Date(Date.UTC(2024, 6, 26));

/** A model's chat template (Jinja). */
export class ChatTemplate {
  readonly #program: ReturnType<typeof parse>;
  readonly #variables: Record<string, unknown>;

  constructor(source: string, variables: Record<string, unknown>) {
    this.#program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    this.#variables = variables;
  }

  /**
   * The template of a model folder: chat_template.jinja, else tokenizer_config.json; null where there is none.
   * @throws EngineError `template-invalid` where it is no Jinja
   */
  static load(folder: string, config: Record<string, unknown>): ChatTemplate | null {
    const file = join(folder, "chat_template.jinja");
    let source = existsSync(file) ? readFileSync(file, "utf8") : config.chat_template;
    if (Array.isArray(source))
      source = (source.find((entry) => entry?.name === "default") ?? source[0])?.template;
    if (typeof source !== "string") return null;
    const token = (name: string) => {
      const value = config[name] as string | { content?: string } | null | undefined;
      return typeof value === "string" ? value : (value?.content ?? "");
    };
    try {
      return new ChatTemplate(source, { bos_token: token("bos_token"), eos_token: token("eos_token") });
    } catch (error) {
      throw new EngineError({
        code: "template-invalid",
        message: `The chat template of ${folder} cannot be read: ${firstLine(error)}.`,
        remedy: "Fetch chat_template.jinja or tokenizer_config.json again.",
        subject: "model",
        path: existsSync(file) ? file : join(folder, "tokenizer_config.json"),
      });
    }
  }

  /**
   * Renders messages, with a generation prompt when the last one is not the assistant's. Places are found by rendering
   * a second time with a mark before and after each text (inside its outer white space, which templates may trim).
   * @throws EngineError `template-refused` with the template's own words
   */
  render(messages: MessageInput[]): Rendered {
    const plain = this.#render(messages);
    const [open, close] = unusedMarks(plain);
    const marked = this.#render(
      messages.map(({ role, text }) => {
        const body = text.trim();
        const lead = text.indexOf(body);
        return { role, text: text.slice(0, lead) + open + body + close + text.slice(lead + body.length) };
      }),
    );
    const faithful = marked.replaceAll(open, "").replaceAll(close, "") === plain;
    return faithful
      ? this.#placesByMarks(messages, plain, marked, open, close)
      : this.#placesBySearch(messages, plain);
  }

  #placesByMarks(
    messages: MessageInput[],
    plain: string,
    marked: string,
    open: string,
    close: string,
  ): Rendered {
    const found: { start: number; end: number }[] = [];
    let at = 0;
    let from = 0;
    for (const char of marked) {
      if (char === open) from = at;
      else if (char === close) found.push({ start: from, end: at });
      else at += char.length;
    }
    const inOrder =
      found.length === messages.length &&
      found.every(({ start, end }, i) => plain.slice(start, end) === messages[i].text.trim());
    if (!inOrder) return this.#placesBySearch(messages, plain);
    const places = found.map(({ start, end }, i) => {
      const { text } = messages[i];
      const body = text.trim();
      const lead = text.slice(0, text.indexOf(body));
      const trail = text.slice(lead.length + body.length);
      let before = lead.length;
      while (before > 0 && !plain.slice(0, start).endsWith(lead.slice(lead.length - before))) before--;
      let after = trail.length;
      while (after > 0 && !plain.slice(end).startsWith(trail.slice(0, after))) after--;
      return { start: start - before, end: end + after, offset: lead.length - before };
    });
    return { text: plain, places, inOrder: true };
  }

  /** Where marks change what the template does, or it reorders: look for the texts themselves. */
  #placesBySearch(messages: MessageInput[], plain: string): Rendered {
    let last = 0;
    let inOrder = true;
    const places = messages.map(({ text }) => {
      const body = text.trim();
      let start = plain.indexOf(body, last);
      if (start < 0) {
        start = plain.indexOf(body);
        inOrder = false;
      }
      if (start < 0 || body === "") return null;
      last = start + body.length;
      return { start, end: last, offset: text.indexOf(body) };
    });
    return { text: plain, places, inOrder };
  }

  #render(messages: MessageInput[]): string {
    try {
      const environment = new Environment();
      const variables = {
        ...globals,
        ...this.#variables,
        messages: messages.map(({ role, text }) => ({ role, content: text })),
        add_generation_prompt: messages.at(-1)?.role !== "assistant",
      };
      for (const [name, value] of Object.entries(variables)) environment.set(name, value);
      return (new Interpreter(environment).run(this.#program) as { value: string }).value;
    } catch (error) {
      throw new EngineError({
        code: "template-refused",
        message: `The model's chat template refuses this conversation: ${(error as Error).message}`,
        remedy: "Change the roles or their order to what the model's template allows.",
        subject: "prompt",
      });
    }
  }
}

/** What templates may call; the library's own set has a running clock. */
const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range: (first: number, stop?: number, step = 1) => {
    const [from, to] = stop === undefined ? [0, first] : [first, stop];
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
  },
  strftime_now: (format: string) => strftime(format),
  raise_exception: (message: string) => {
    throw new Error(message);
  },
};

/** Two private-use characters that the text does not hold. */
function unusedMarks(text: string): string[] {
  const marks: string[] = [];
  for (let code = 0xe000; marks.length < 2; code++) {
    const char = String.fromCharCode(code);
    if (!text.includes(char)) marks.push(char);
  }
  return marks;
}

function strftime(format: string): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(fixedClock);
  const parts: Record<string, string> = {
    d: "26",
    m: "07",
    Y: "2024",
    y: "24",
    H: "00",
    M: "00",
    S: "00",
    B: part({ month: "long" }),
    b: part({ month: "short" }),
    A: part({ weekday: "long" }),
    a: part({ weekday: "short" }),
  };
  return format.replace(/%([a-zA-Z])/g, (all, key) => parts[key] ?? all);
}
