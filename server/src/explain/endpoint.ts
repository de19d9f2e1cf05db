import { CancelledError } from "../host/problem-error.ts";
import type { ChatMessage } from "../protocol/requests.ts";
import type { LabelSettings } from "../protocol/settings.ts";
import type { Judge } from "./judge.ts";
import { explainProblem, noEndpoint } from "./problems.ts";
import { type Patience, TemporaryFailure, usualPatience, withRetries } from "./retry.ts";

/** Bytes of an answer; a label or some numbers have a few hundred. */
const largestAnswer = 1_000_000;

/** Where chats go, checked before anything is sent. */
export interface Endpoint {
  url: URL;
  model: string;
  /** Sent as a bearer token; null: none. */
  key: string | null;
}

/**
 * Reads what the user configured.
 * @param env where the key is looked up by its variable's name: settings hold no secrets
 * @throws ProblemError where nothing is configured, or something that must not be used
 */
export function endpointOf(settings: LabelSettings, env: NodeJS.ProcessEnv = process.env): Endpoint {
  const [base, model, variable] = [settings.endpoint, settings.model, settings.keyVariable].map((it) =>
    it.trim(),
  );
  if (base === "") throw noEndpoint();
  if (model === "")
    throw explainProblem(
      "endpoint-not-configured",
      `No model of the endpoint ${base} is named, so nothing was sent.`,
      "Set steerscope.labels.model (on the command line --endpoint-model).",
    );
  const url = URL.parse(`${base.replace(/\/+$/, "")}/chat/completions`);
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw explainProblem(
      "endpoint-invalid",
      `“${base}” is not the URL of an endpoint.`,
      "Set steerscope.labels.endpoint to a base URL, e.g. http://localhost:11434/v1.",
    );
  const key = variable === "" ? null : (env[variable]?.trim() ?? "");
  if (key === "")
    throw explainProblem(
      "endpoint-key-missing",
      `The environment variable ${variable}, which is to hold the endpoint's key, is not set where Steerscope runs.`,
      "Set it before the editor starts, or leave steerscope.labels.keyVariable empty for an endpoint without a key.",
    );
  if (key !== null && url.protocol === "http:" && !isLoopback(url))
    throw explainProblem(
      "endpoint-not-encrypted",
      `The key in ${variable} is not sent to ${url.host}: the connection would not be encrypted.`,
      "Use an https endpoint, or none with a key.",
    );
  return { url, model, key };
}

/** A language model behind an OpenAI-compatible endpoint (`POST <base>/chat/completions`), asked for its likeliest answer. */
export class EndpointJudge implements Judge {
  readonly name: string;
  readonly atOnce = 4;
  readonly #endpoint: Endpoint;
  readonly #patience: Patience;

  constructor(endpoint: Endpoint, patience = usualPatience) {
    this.#endpoint = endpoint;
    this.#patience = patience;
    this.name = `${endpoint.model} (${endpoint.url.host})`;
  }

  complete(messages: ChatMessage[], signal: AbortSignal): Promise<string> {
    return withRetries(() => this.#ask(messages, signal), this.#patience, signal);
  }

  async #ask(messages: ChatMessage[], signal: AbortSignal): Promise<string> {
    const { url, model, key } = this.#endpoint;
    const limit = AbortSignal.timeout(this.#patience.timeout);
    let response: Response;
    let body: string;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model, messages, temperature: 0, stream: false }),
        // Wherever it led to, nobody configured that.
        redirect: "error",
        signal: AbortSignal.any([signal, limit]),
      });
      body = await textOf(response);
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw new TemporaryFailure(this.#failed(limit.aborted ? "it did not answer in time" : reasonOf(error)));
    }
    if (response.ok) return this.#contentOf(body);
    const problem = this.#refused(response.status, body);
    if (response.status !== 429 && response.status < 500) throw problem;
    throw new TemporaryFailure(problem, retryAfter(response));
  }

  #contentOf(body: string): string {
    try {
      const content: unknown = JSON.parse(body).choices[0].message.content;
      if (typeof content === "string") return content;
    } catch {
      // Said below.
    }
    throw this.#failed("its answer is not one of an OpenAI-compatible endpoint");
  }

  #refused(status: number, body: string) {
    const said = messageIn(body);
    return this.#failed(
      `it answered ${status}${said ? `: ${said}` : ""}`,
      status === 401 || status === 403
        ? "Look at steerscope.labels.keyVariable and the key in that variable."
        : status === 404
          ? "Look at steerscope.labels.endpoint, which ends before /chat/completions, and at steerscope.labels.model."
          : undefined,
    );
  }

  #failed(why: string, remedy = "Look whether it runs and at steerscope.labels.endpoint, then ask again.") {
    const { url, model } = this.#endpoint;
    return explainProblem(
      "endpoint-failed",
      `The endpoint ${url.origin} could not be asked for ${model}: ${why}.`,
      remedy,
    );
  }
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** No more than is allowed, whatever is sent. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) throw new Error("its answer is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const why = cause as (Error & { code?: string }) | undefined;
  return why?.message || why?.code || message;
}

function messageIn(body: string): string {
  try {
    const { error } = JSON.parse(body);
    return String(error?.message ?? error ?? "").slice(0, 300);
  } catch {
    return body.trim().slice(0, 100);
  }
}

/** Milliseconds that the endpoint wants to be left alone, where it says so. */
function retryAfter({ headers }: Response): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? 1000 * seconds : null;
}
