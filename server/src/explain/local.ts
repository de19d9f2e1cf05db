import { randomUUID } from "node:crypto";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError, ProblemError } from "../host/problem-error.ts";
import type { MessageInput, Setup } from "../protocol/engine.ts";
import type { ChatMessage } from "../protocol/requests.ts";
import type { Generated } from "../protocol/steering.ts";
import type { Judge } from "./judge.ts";
import { explainProblem } from "./problems.ts";

type Engine = Pick<EngineHost, "describe" | "generate">;

/** Tokens of an answer: a label, or a number for each of some texts. */
const longestAnswer = 64;
/** The likeliest token each time; the seed draws nothing then. */
const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 0 };

/**
 * The set-up's own model as a judge, so that nothing leaves the machine: its likeliest continuation of the chat, until it ends its
 * turn. Only a model that was trained on chats makes sense of the questions.
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
    if (signal.aborted) throw new CancelledError();
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const { model } = await this.#engine.describe(this.#setup, source.token);
      if (!model.hasChatTemplate) throw notChat(model.id);
      const { samples } = await this.#write(messages, source);
      // An answer that the end of the context cuts is none.
      if (samples[0].end === "context") throw tooLong(this.name);
      return samples[0].text.trim();
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  async #write(chat: ChatMessage[], source: CancellationTokenSource): Promise<Generated> {
    const messages = chat.map(({ role, content }): MessageInput => ({ role, text: content }));
    const asked = {
      messages,
      steering: [],
      sampling: greedy,
      maxTokens: longestAnswer,
      samples: 1,
      stop: [],
    };
    try {
      return await this.#engine.generate({ ...this.#setup, ...asked, run: randomUUID() }, source.token);
    } catch (error) {
      const isTooLong = error instanceof ProblemError && error.problem.code === "prompt-too-long";
      throw isTooLong ? tooLong(this.name) : error;
    }
  }
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
