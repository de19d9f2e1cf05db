import type { Responses, ResponsesParams, SaeResponses } from "../../protocol/responses.ts";
import { EngineError } from "../errors.ts";
import type { ActiveRow } from "../saes/activate.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { replacedDuring } from "./replaced.ts";
import { rowsOf } from "./rows.ts";

/** Largest activations of one SAE's latents on one text. */
interface Peaks {
  tokens: number;
  activations: Map<number, number>;
}

/** Texts being read, one a step, so that other work can be done between steps. */
export class ResponseScan {
  readonly #texts: readonly string[];
  readonly #token: string | null;
  #setupId: string | null = null;
  readonly #peaks: Peaks[][] = [];
  readonly #logprobs: number[] = [];

  constructor({ texts, token }: ResponsesParams) {
    this.#texts = texts;
    this.#token = token;
  }

  /**
   * Reads the next text, if there is one.
   * @returns false where all are read
   * @throws EngineError `weights-replaced` where the set-up is no longer the one of the first step; `token-unknown`
   */
  async step(setup: LoadedSetup): Promise<boolean> {
    this.#setupId ??= setup.description.setupId;
    if (this.#setupId !== setup.description.setupId) throw replacedDuring(setup.setup.model);
    const done = this.#peaks.length;
    if (done === this.#texts.length) return false;
    const ids = idsOf(this.#texts[done], setup);
    const { captures, logprobs } = await setup.model.forward(ids, {
      capture: setup.saes.map(({ sae }) => sae.hook),
      nextId: this.#token === null ? undefined : onlyToken(this.#token, setup),
    });
    const peaks: Peaks[] = [];
    for (const loaded of setup.saes)
      peaks.push(peaksOf(await rowsOf(loaded, captures.get(loaded.sae.hook) as Float32Array, ids, setup)));
    this.#peaks.push(peaks);
    this.#logprobs.push(logprobs[ids.length - 1]);
    return true;
  }

  finish(setup: LoadedSetup): Responses {
    return {
      setupId: setup.description.setupId,
      saes: setup.saes.map((_, s) => packed(this.#peaks.map((peaks) => peaks[s]))),
      logprobs: this.#token === null ? null : Float32Array.from(this.#logprobs),
    };
  }
}

/** A line break stands in for a start token: SAEs are not made for the first token, which would be the text's own. */
function idsOf(text: string, setup: LoadedSetup): Int32Array {
  const read = (it: string) => setup.encode([{ role: null, text: it }]);
  const { ids, spans } = read(text);
  const first = spans.message[0] < 0 ? ids : read(`\n${text}`).ids;
  return first.subarray(0, setup.model.config.contextLength);
}

function onlyToken(text: string, setup: LoadedSetup): number {
  const { ids, spans } = setup.encode([{ role: null, text }]);
  const own = [...ids.keys()].filter((t) => spans.message[t] >= 0);
  if (own.length === 1) return ids[own[0]];
  throw new EngineError({
    code: "token-unknown",
    message: `“${text}” is ${own.length} tokens to ${setup.setup.model}, not one.`,
    remedy: "Name one token, with the space that begins it where it has one.",
    subject: "model",
  });
}

function peaksOf(rows: (ActiveRow | null)[]): Peaks {
  const peaks: Peaks = { tokens: 0, activations: new Map() };
  for (const row of rows) {
    if (!row) continue;
    peaks.tokens++;
    row.indices.forEach((latent, i) => {
      const activation = row.values[i];
      if (activation > (peaks.activations.get(latent) ?? 0)) peaks.activations.set(latent, activation);
    });
  }
  return peaks;
}

function packed(peaks: Peaks[]): SaeResponses {
  const rows = new Int32Array(peaks.length + 1);
  peaks.forEach(({ activations }, t) => {
    rows[t + 1] = rows[t] + activations.size;
  });
  const latents = new Int32Array(rows[peaks.length]);
  const values = new Float32Array(rows[peaks.length]);
  peaks.forEach(({ activations }, t) => {
    [...activations]
      .sort(([a], [b]) => a - b)
      .forEach(([latent, activation], i) => {
        latents[rows[t] + i] = latent;
        values[rows[t] + i] = activation;
      });
  });
  return { rows, latents, values, tokens: Int32Array.from(peaks, ({ tokens }) => tokens) };
}
