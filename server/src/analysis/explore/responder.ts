import { readFileSync } from "node:fs";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { Description } from "../../protocol/engine.ts";
import type { Responses } from "../../protocol/responses.ts";
import type { Analyser } from "../analyser.ts";
import type { PreparedDocument } from "../document.ts";

/** A set-up, and how it answers to texts. */
export interface Answers {
  description: Description;
  responses: Responses;
}

/** Asks set-ups how they answer to texts; the answers to the fixed inputs are kept as long as a set-up is the same. */
export class Responder {
  readonly #analyser: Pick<Analyser, "describeSetup" | "respond">;
  readonly #file: string;
  #inputs: string[] | undefined;
  readonly #known = new WeakMap<Description, Responses>();

  /** @param file the fixed inputs that latents are compared by, one a line */
  constructor(analyser: Pick<Analyser, "describeSetup" | "respond">, file: string) {
    this.#analyser = analyser;
    this.#file = file;
  }

  /** The fixed inputs, in their order. */
  get inputs(): string[] {
    this.#inputs ??= readFileSync(this.#file, "utf8").split("\n").filter(Boolean);
    return this.#inputs;
  }

  /** How all latents of a set-up answer to some texts. */
  to(document: PreparedDocument, texts: string[], token?: CancellationToken): Promise<Answers> {
    return this.#analyser.respond(document, { texts, token: null }, token);
  }

  /** How all latents of a set-up answer to the fixed inputs. */
  async toInputs(document: PreparedDocument, token?: CancellationToken): Promise<Answers> {
    const description = await this.#analyser.describeSetup(document, token);
    const known = this.#known.get(description);
    if (known) return { description, responses: known };
    const answers = await this.to(document, this.inputs, token);
    this.#known.set(answers.description, answers.responses);
    return answers;
  }

  /** `[N]` log-probability of a token after each fixed input. */
  async ofToken(document: PreparedDocument, text: string, token?: CancellationToken): Promise<Float32Array> {
    const asked = { texts: this.inputs, token: text };
    const { responses } = await this.#analyser.respond(document, asked, token);
    return responses.logprobs ?? new Float32Array(0);
  }
}
