import type { InspectResult } from "../protocol/inspect.ts";
import { type DocumentAnalysis, textOf } from "./document.ts";

export interface Guess {
  id: number;
  text: string;
  /** Natural log. */
  logprob: number;
}

/** How many next tokens the engine gives for each position. */
const GUESSES = 10;

/** The model's most likely next tokens after a token, best first. */
export function nextTokens(document: DocumentAnalysis, token: number): Guess[] {
  const { topIds, topLogprobs } = document.analysis;
  return Array.from({ length: GUESSES }, (_, i) => {
    const at = token * GUESSES + i;
    return { id: topIds[at], text: textOf(document, topIds[at]), logprob: topLogprobs[at] };
  });
}

/** How unexpected a token was. */
export interface Surprisal {
  /** −log2 p(token | tokens before it). */
  bits: number;
  /** Rank among the ten most likely, from 1; null beyond them. */
  rank: number | null;
  /** What was more or equally likely instead, best first. */
  instead: Guess[];
}

/** @returns null for the first token, which nothing predicts. */
export function surprisal(document: DocumentAnalysis, token: number): Surprisal | null {
  const logprob = document.analysis.logprobs[token];
  if (token === 0 || Number.isNaN(logprob)) return null;
  const guesses = nextTokens(document, token - 1);
  const rank = guesses.findIndex((guess) => guess.id === document.analysis.ids[token]);
  return {
    bits: bitsOf(logprob),
    rank: rank < 0 ? null : rank + 1,
    instead: guesses.filter((guess) => guess.id !== document.analysis.ids[token]),
  };
}

/** Nats of log-probability to bits of surprisal; never “−0”. */
export function bitsOf(logprob: number): number {
  return Math.max(0, -logprob / Math.LN2);
}

/** The model's guesses after the whole prompt, as the outside contract gives them. */
export function nextAfterPrompt(document: DocumentAnalysis): InspectResult["next"] {
  const count = document.analysis.ids.length;
  return count === 0 ? [] : nextTokens(document, count - 1);
}
