import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError } from "../host/problem-error.ts";
import type { Analysis, MessageInput, Setup } from "../protocol/engine.ts";
import type { ChatMessage } from "../protocol/requests.ts";
import type { Judge } from "./judge.ts";
import { explainProblem } from "./problems.ts";

type Engine = Pick<EngineHost, "analyse" | "describe" | "forget">;

/** Tokens of an answer: a label, or a number for each of some texts. */
const longestAnswer = 64;
/** Log-probabilities that an analysis gives for each token. */
const listed = 10;
/** Names the chat to the engine, which keeps its beginning from one token to the next. */
const key = "steerscope:judge";

/**
 * The set-up's own model as a judge, so that nothing leaves the machine: its likeliest continuation of the chat, a token after
 * another, until it ends its turn. Only a model that was trained on chats makes sense of the questions.
 */
export class LocalJudge implements Judge {
  readonly name: string;
  readonly atOnce = 1;
  readonly #engine: Engine;
  readonly #setup: Setup;

  constructor(engine: Engine, { model, device }: Pick<Setup, "model" | "device">) {
    this.#engine = engine;
    this.#setup = { model, device, saes: [] };
    this.name = `${model.split(/[\\/]/).at(-1)} (this machine)`;
  }

  /** @throws ProblemError `judge-not-chat` for a model without a chat template, `judge-context` for a chat that is too long */
  async complete(messages: ChatMessage[], signal: AbortSignal): Promise<string> {
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const { model } = await this.#engine.describe(this.#setup, source.token);
      if (!model.hasChatTemplate) throw notChat(model.id);
      const chat = messages.map(({ role, content }): MessageInput => ({ role, text: content }));
      let answer = "";
      for (let n = 0; n < longestAnswer; n++) {
        if (signal.aborted) throw new CancelledError();
        const next = nextToken(await this.#read(chat, answer, source), answer === "" ? -1 : chat.length);
        if (next === null) break;
        answer += next;
      }
      return answer.trim();
    } finally {
      signal.removeEventListener("abort", cancel);
      this.#engine.forget(key);
    }
  }

  async #read(chat: MessageInput[], answer: string, source: CancellationTokenSource): Promise<Analysis> {
    const begun = answer === "" ? [] : [{ role: "assistant", text: answer }];
    const asked = { ...this.#setup, key, messages: [...chat, ...begun] };
    const analysis = await this.#engine.analyse(asked, source.token);
    if (analysis.truncatedFrom !== null) throw tooLong(this.name);
    return analysis;
  }
}

/**
 * The likeliest token after the answer so far; null where the turn ends.
 * @param message index of the answer's message; −1: it has not begun, and the chat ends where it is to begin
 */
function nextToken({ ids, spans, topIds, texts }: Analysis, message: number): string | null {
  const last = message < 0 ? ids.length - 1 : spans.message.lastIndexOf(message);
  const id = topIds[last * listed];
  // A turn's end is one of the marks that stand between the messages.
  const isMark = ids.some((it, t) => it === id && spans.special[t] === 1);
  return isMark ? null : (texts.get(id) ?? null);
}

function notChat(model: string) {
  return explainProblem(
    "judge-not-chat",
    `${model} has no chat template, so it cannot be asked for a label.`,
    "Choose an instruction-tuned model, an endpoint, or the tokens it fires on.",
  );
}

function tooLong(name: string) {
  return explainProblem(
    "judge-context",
    `The question is longer than what ${name} reads at once.`,
    "Choose a model with a longer context, an endpoint, or the tokens it fires on.",
  );
}
