import { CancellationTokenSource, type Connection } from "vscode-languageserver/node";
import type { Judge } from "../explain/judge.ts";
import { explainProblem } from "../explain/problems.ts";
import { CancelledError } from "../host/problem-error.ts";
import { type ChatMessage, type Completed, SteerscopeMethod } from "../protocol/requests.ts";
import type { ClientFacts } from "./client-facts.ts";

/** The language model of the user's editor: the client is asked, which asks the user. */
export class EditorJudge implements Judge {
  readonly atOnce = 1;
  readonly #connection: Pick<Connection, "sendRequest">;
  #model = "";

  /** @throws ProblemError where the client has no language models at all */
  constructor(connection: Pick<Connection, "sendRequest">, client: Pick<ClientFacts, "languageModel">) {
    if (!client.languageModel)
      throw failed("This editor offers no language models to Steerscope.", "Configure an endpoint instead.");
    this.#connection = connection;
  }

  get name(): string {
    return this.#model === "" ? "the editor's language model" : `${this.#model} (editor)`;
  }

  async complete(messages: ChatMessage[], signal: AbortSignal): Promise<string> {
    if (signal.aborted) throw new CancelledError();
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal.addEventListener("abort", cancel);
    try {
      const params = { messages };
      const answer = await this.#connection.sendRequest<Completed>(
        SteerscopeMethod.complete,
        params,
        source.token,
      );
      this.#model = answer.model;
      return answer.text;
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw failed((error as Error).message, "Ask again, or configure an endpoint.");
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }
}

const failed = (message: string, remedy: string) => explainProblem("editor-model-failed", message, remedy);
