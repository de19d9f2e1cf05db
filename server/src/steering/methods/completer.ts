import { randomUUID } from "node:crypto";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import type { Description, MessageInput, Setup } from "../../protocol/engine.ts";
import type { GenerateParams, PooledLatents, ReadText, SteeringEdit } from "../../protocol/steering.ts";
import { type Completions, KeptSamples } from "./kept-samples.ts";
import { methodProblem } from "./problems.ts";

/** What a method asks of the engine. */
export type MethodHost = Pick<EngineHost, "describe" | "identify" | "generate" | "read">;

/** How completions are drawn. */
export interface Draws {
  samples: number;
  maxTokens: number;
  /** 0 is greedy. */
  temperature: number;
  /** Prompt i is drawn with this plus i, under every steering. */
  seed: number;
}

/** What decides completions, beside the set-up. */
type Request = Omit<GenerateParams, keyof Setup | "run">;

/** Draws completions and reads them, for one set-up; what was kept is not drawn again. */
export class Completer {
  readonly description: Description;
  readonly draws: Draws;
  readonly #host: MethodHost;
  readonly #setup: Setup;
  readonly #identity: unknown;
  readonly #kept: KeptSamples;
  readonly #token: CancellationToken | undefined;

  private constructor(
    host: MethodHost,
    setup: Setup,
    description: Description,
    identity: unknown,
    draws: Draws,
    kept: KeptSamples,
    token: CancellationToken | undefined,
  ) {
    this.#host = host;
    this.#setup = setup;
    this.description = description;
    this.#identity = identity;
    this.draws = draws;
    this.#kept = kept;
    this.#token = token;
  }

  /** @throws ProblemError where the set-up has no SAE, and what the engine refuses */
  static async open(
    host: MethodHost,
    setup: Setup,
    draws: Draws,
    kept: KeptSamples,
    token?: CancellationToken,
  ): Promise<Completer> {
    const description = await host.describe(setup, token);
    if (description.saes.length === 0)
      throw methodProblem(
        "method-without-sae",
        `${description.model.id} has no SAE here, and the method chooses among latents.`,
        "Name one (on the command line --sae S).",
      );
    const identity = await host.identify(setup, token);
    return new Completer(host, setup, description, identity, draws, kept, token);
  }

  /** The completions of prompt number `index` under a steering. */
  async complete(index: number, messages: MessageInput[], steering: SteeringEdit[]): Promise<Completions> {
    const { samples, maxTokens, temperature, seed } = this.draws;
    const sampling = { temperature, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: seed + index };
    return this.#generate({ messages, steering, sampling, maxTokens, samples, stop: [] });
  }

  /** The ids of a prompt, up to where the model goes on. */
  async promptIds(messages: MessageInput[]): Promise<number[]> {
    const sampling = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 0 };
    const request = { messages, steering: [], sampling, maxTokens: 1, samples: 1, stop: [] };
    return (await this.#generate(request)).promptIds;
  }

  /** Latents of every SAE on each text, pooled over its tokens from `from` on. */
  async latents(texts: { ids: number[]; from: number }[]): Promise<PooledLatents[][]> {
    const asked = texts.map(({ ids, from }): ReadText => ({ ids: Int32Array.from(ids), from, roles: null }));
    const params = { ...this.#setup, texts: asked, steering: [], activations: true };
    const answer = await this.#host.read(params, this.#token);
    this.#requireSame(answer.setupId);
    return answer.texts.map(({ base }) => base.latents);
  }

  async #generate(request: Request): Promise<Completions> {
    const key = KeptSamples.key([this.#identity, request]);
    const known = this.#kept.get(key);
    if (known) return known;
    const params = { ...this.#setup, ...request, run: randomUUID() };
    const { setupId, promptIds, samples } = await this.#host.generate(params, this.#token);
    this.#requireSame(setupId);
    const made = {
      promptIds: [...promptIds],
      samples: samples.map(({ ids, text }) => ({ ids: [...ids], text })),
    };
    this.#kept.add(key, made);
    return made;
  }

  #requireSame(setupId: string): void {
    if (setupId === this.description.setupId) return;
    throw methodProblem(
      "weights-replaced",
      `The files of ${this.#setup.model} or its SAEs changed while it wrote.`,
      "Run it again.",
    );
  }
}
