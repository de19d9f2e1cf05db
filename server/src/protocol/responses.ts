/** How latents answer to texts: what crosses between engine and host when texts are compared by what fires on them. */
import type { Setup } from "./engine.ts";

/** Parameters of `engine/responses`: plain texts, each read by itself. */
export interface ResponsesParams extends Setup {
  texts: string[];
  /** A token whose log-probability after each text is wanted too; null for none. */
  token: string | null;
}

export interface Responses {
  /** Of the set-up that computed it. */
  setupId: string;
  saes: SaeResponses[];
  /** `[N]` natural log of the token's probability as the next one after each text; null where no token was asked for. */
  logprobs: Float32Array | null;
}

/** Largest activation of each latent on each text, as compressed rows: text t is `rows[t] .. rows[t + 1])`. */
export interface SaeResponses {
  /** `[N + 1]` */
  rows: Int32Array;
  /** Latents in ascending order within a text, with their activations in the SAE's own units. */
  latents: Int32Array;
  values: Float32Array;
  /** `[N]` tokens of each text that count: others the SAE was not made for. */
  tokens: Int32Array;
}
