/** The object of `lens --json` and `steerscope/tokens`: a contract with outsiders, schema `steerscope.lens/1`. */
import type { InspectGuess, InspectResult, InspectToken, Position } from "./inspect.ts";
import type { DocumentParams, LatentScale } from "./requests.ts";

/** What one layer predicts at one token. */
export interface LensCell {
  /** The most likely next tokens, best first. */
  guesses: InspectGuess[];
  /** What it gives the token that really comes next: natural log, and rank from 1; null after the last token. */
  next: { logprob: number; rank: number } | null;
}

/** One token with what it is worth and what every layer predicts after it. */
export interface LensToken extends InspectToken {
  /** −log p(token | tokens before it), in both units; null for the first. */
  surprisal: { nats: number; bits: number } | null;
  /** One cell a layer, in the order of `lens.hooks`; null where no guesses were asked for. */
  layers: LensCell[] | null;
}

export interface LensResult extends Pick<InspectResult, "file" | "model" | "saes"> {
  schema: "steerscope.lens/1";
  /** The hook point of each layer, and how its residual is read; null where no guesses were asked for. */
  lens: { hooks: string[]; convention: string } | null;
  /** How many tokens the prompt has; `tokens` may be some of them. */
  of: number;
  tokens: LensToken[];
}

/** Tokens that one request may ask for. */
export const MOST_TOKENS = 200;

export interface TokensParams extends DocumentParams {
  /** The first token wanted; 0 where left out. */
  from?: number;
  /** How many, at most {@link MOST_TOKENS}; 0 asks for none. */
  count?: number;
  /** A place in the document, whose tokens the answer names. */
  at?: Position;
  /** Guesses of each layer on each token; left out: none, and nothing has to be computed. */
  guesses?: number;
}

export interface TokensAnswer extends LensResult {
  version: number;
  /** The tokens that stand `at` the place, or else end there; empty where none does. */
  at: number[];
  /** The scale of every latent that the tokens list. */
  scales: LatentScale[];
}
