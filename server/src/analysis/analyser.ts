import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError, ProblemError } from "../host/problem-error.ts";
import { reportIt, startAgain } from "../host/remedies.ts";
import type { AnalyseParams, Analysis, Description, MessageInput, Setup } from "../protocol/engine.ts";
import type { Responses, ResponsesParams } from "../protocol/responses.ts";
import { combine, type DocumentAnalysis, type PlacedProblem, type PreparedDocument } from "./document.ts";
import { placeProblem, problemsOf } from "./problems.ts";

/** Descriptions kept: one a set-up in use, and labels and maxima of a large SAE are some megabytes. */
const KEPT_DESCRIPTIONS = 8;
/** Files may change between describing and analysing; more often than this in a row is not chance. */
const TRIES = 3;

/** What an editor shows when one SAE is wrong: the others, and a problem in its place. A command fails instead. */
export interface AnalyserOptions {
  skipBrokenSaes: boolean;
}

/** Turns prepared documents into analyses, remembering what set-ups look like. */
export class Analyser {
  private readonly host: Pick<EngineHost, "describe" | "analyse" | "responses">;
  private readonly options: AnalyserOptions;
  private readonly descriptions = new Map<string, Description>();
  private readonly asked = new WeakMap<DocumentAnalysis, AnalyseParams>();

  constructor(host: Pick<EngineHost, "describe" | "analyse" | "responses">, options: AnalyserOptions) {
    this.host = host;
    this.options = options;
  }

  /**
   * @param probes files of trained probes that are to read it
   * @param attention whether those that read attention are asked too
   * @throws ProblemError where nothing can be analysed, CancelledError when the token says so.
   */
  async analyse(
    document: PreparedDocument,
    token?: CancellationToken,
    probes: string[] = [],
    attention = false,
  ): Promise<DocumentAnalysis> {
    // A file of which nothing can be read (a binary one) says so itself; an empty one is a prompt like any other.
    const unreadable = document.prompt.messages.length === 0 && document.prompt.problems.find(isError);
    if (unreadable) throw new ProblemError(unreadable);
    const problems: PlacedProblem[] = [];
    const { model, device } = document.setup;
    const setup: Setup = { model, saes: await this.workingSaes(document, problems, token), device };
    const messages = messagesOf(document);
    const asked: AnalyseParams = { ...setup, key: document.key, messages, probes, attention };
    const { description, answer } = await this.consistent(setup, token, () =>
      this.host.analyse(asked, token),
    );
    requireShape(answer, description);
    const analysed = combine(document, description, answer, problemsOf(document, answer, problems));
    this.asked.set(analysed, asked);
    return analysed;
  }

  /** How a document's set-up answers to other texts than the document's; an SAE that is wrong is left out. */
  async respond(
    document: PreparedDocument,
    asked: Pick<ResponsesParams, "texts" | "token">,
    token?: CancellationToken,
  ): Promise<{ description: Description; responses: Responses }> {
    const { model, device } = document.setup;
    const setup: Setup = { model, saes: await this.workingSaes(document, [], token), device };
    const { description, answer } = await this.consistent(setup, token, () =>
      this.host.responses({ ...setup, ...asked }, token),
    );
    return { description, responses: answer };
  }

  /**
   * Model and SAEs of a document's set-up, its text unread; an SAE that is wrong is left out as in {@link analyse}.
   * @param problems gets what is wrong with those
   */
  async describeSetup(
    document: PreparedDocument,
    token?: CancellationToken,
    problems: PlacedProblem[] = [],
  ): Promise<Description> {
    const setup = await this.usableSetup(document, token, problems);
    return setup.saes === document.setup.saes ? this.describe(setup, token) : this.ask(setup, token);
  }

  /** The set-up of a document without SAEs that are wrong. */
  async usableSetup(
    document: PreparedDocument,
    token?: CancellationToken,
    problems: PlacedProblem[] = [],
  ): Promise<Setup> {
    const { model, device } = document.setup;
    // No analysis tells here that a file was replaced, so the engine is asked each time.
    return { model, device, saes: await this.workingSaes(document, problems, token, this.ask) };
  }

  /** What the engine was asked for an analysis, so that more can be asked of the same computation. */
  askedFor(document: DocumentAnalysis): AnalyseParams {
    return this.asked.get(document)!;
  }

  /** Forgets what set-ups look like: the engine is another one now. */
  forget(): void {
    this.descriptions.clear();
  }

  /**
   * Which SAEs of the set-up can be used at all, null where none is named; problems of the others are added to `problems`.
   * Where none of those named can be used the list is empty: nothing else takes their place.
   */
  private async workingSaes(
    document: PreparedDocument,
    problems: PlacedProblem[],
    token: CancellationToken | undefined,
    describe = this.describe,
  ): Promise<string[] | null> {
    const { model, device, saes } = document.setup;
    try {
      await describe({ model, device, saes }, token);
      return saes;
    } catch (error) {
      const isSae = error instanceof ProblemError && error.problem.subject === "sae";
      if (!isSae || !this.options.skipBrokenSaes) throw error;
      if (saes === null) problems.push(placeProblem(document, error.problem));
    }
    const working: string[] = [];
    for (const sae of saes ?? []) {
      try {
        await describe({ model, device, saes: [sae] }, token);
        working.push(sae);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.problem.subject !== "sae") throw error;
        problems.push(placeProblem(document, { ...error.problem, path: sae }));
      }
    }
    return working;
  }

  /** What the engine answers, with the description of the very files that it was computed with. */
  private async consistent<T extends { setupId: string }>(
    setup: Setup,
    token: CancellationToken | undefined,
    ask: () => Promise<T>,
  ): Promise<{ description: Description; answer: T }> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const description = await this.describe(setup, token);
      const answer = await ask();
      if (answer.setupId === description.setupId) return { description, answer };
      this.descriptions.delete(keyOf(setup));
    }
    throw new ProblemError({
      code: "files-keep-changing",
      message: `The files of “${setup.model}” or its SAEs changed each time they were read.`,
      remedy: `Wait until they are written. ${startAgain}`,
      subject: "model",
    });
  }

  /** As it was when the engine was asked last. */
  private readonly describe = async (
    setup: Setup,
    token: CancellationToken | undefined,
  ): Promise<Description> => this.descriptions.get(keyOf(setup)) ?? this.ask(setup, token);

  /** As it is now: the same object as before while no file behind it changed. */
  private readonly ask = async (setup: Setup, token: CancellationToken | undefined): Promise<Description> => {
    const key = keyOf(setup);
    const description = await this.host.describe(setup, token, this.descriptions.get(key));
    if (token?.isCancellationRequested) throw new CancelledError();
    this.descriptions.set(key, description);
    if (this.descriptions.size > KEPT_DESCRIPTIONS) {
      const [oldest] = this.descriptions.keys();
      this.descriptions.delete(oldest);
    }
    return description;
  };
}

function isError(problem: PlacedProblem): boolean {
  return problem.severity === "error";
}

function messagesOf({ prompt }: PreparedDocument): MessageInput[] {
  if (prompt.messages.length === 0) return [{ role: null, text: "" }];
  return prompt.messages.map(({ role, text }) => ({ role, text }));
}

function keyOf({ model, saes, device }: Setup): string {
  return JSON.stringify([model, saes, device]);
}

/** The engine is another process: what it sends is looked at once, so that nothing behind this has to. */
function requireShape(analysis: Analysis, description: Description): void {
  const count = analysis.ids.length;
  const fits =
    analysis.logprobs.length === count &&
    analysis.spans.start.length === count &&
    analysis.saes.length === description.saes.length &&
    analysis.saes.every((sae) => sae.rows.length === count + 1 && sae.indices.length === sae.rows[count]);
  if (fits) return;
  throw new ProblemError({
    code: "engine-answer-broken",
    message: "The engine's answer does not fit together.",
    remedy: reportIt,
    subject: "engine",
  });
}
