import { ProblemError } from "../host/problem-error.ts";
import type { InspectFeature, InspectGuess, InspectResult, InspectToken } from "../protocol/inspect.ts";
import { type DocumentAnalysis, roleOf, textOf, tokenRange } from "./document.ts";
import type { OwnLabels } from "./explore/catalogue.ts";
import { activeFeatures, type Ranking, rankedFeatures } from "./features.ts";
import { nextAfterPrompt, nextTokens } from "./surprisal.ts";

/** What of an analysis is wanted. */
export interface InspectWishes {
  /** At most this many features of each SAE on a token. */
  topK: number;
  /** Where given, features are chosen and ordered as a hover does it. */
  ranking?: Ranking;
  /** Whether tokens come with what the model expected at and after them. */
  guesses?: boolean;
  /** The user's labels, which count over those that came with the SAEs. */
  own?: OwnLabels;
}

/**
 * The object outsiders rely on, schema `steerscope.inspect/1`: raw activations, strongest first, dense latents included.
 *
 * @throws ProblemError `numbers-not-finite` rather than handing out NaN or an infinity.
 */
export function toInspect(document: DocumentAnalysis, wishes: InspectWishes): InspectResult {
  const { analysis, description } = document;
  const result: InspectResult = {
    schema: "steerscope.inspect/1",
    file: document.fileName,
    model: inspectModel(document),
    saes: inspectSaes(document),
    tokens: Array.from(analysis.ids, (_, t) => inspectToken(document, t, wishes)),
    next: nextAfterPrompt(document),
    timings: { loadMs: description.loadMs, analyseMs: analysis.analyseMs },
  };
  assertFinite(result, document.fileName);
  return result;
}

export function inspectModel({ description: { model } }: DocumentAnalysis): InspectResult["model"] {
  const { id, family, layers, dModel, dtype, computeDtype, device } = model;
  return { id, family, layers, dModel, dtype, computeDtype, device };
}

export function inspectSaes({ description }: DocumentAnalysis): InspectResult["saes"] {
  return description.saes.map(({ id, hook, architecture, width, conventions, check }) => ({
    id,
    hook,
    architecture,
    width,
    conventions: [...conventions],
    check: { ...check },
  }));
}

/** @throws ProblemError `numbers-not-finite` */
export function assertFinite(result: object, file: string): void {
  if (!allFinite(result)) throw notFinite(placeNotFinite(result)!, file);
}

export function inspectToken(
  document: DocumentAnalysis,
  t: number,
  { topK, ranking, guesses, own: labels }: InspectWishes,
): InspectToken {
  const { analysis } = document;
  const features: InspectFeature[] = [];
  analysis.saes.forEach((_, s) => {
    const own = ranking
      ? rankedFeatures(document, s, t, { ...ranking, topK }, labels).features
      : activeFeatures(document, s, t, topK, labels);
    for (const { sae, feature, activation, label, scale, relative } of own) {
      const share = scale.from === "known maximum" ? relative : null;
      features.push({ sae, feature, activation, share, label });
    }
  });
  return {
    i: t,
    id: analysis.ids[t],
    text: textOf(document, analysis.ids[t]),
    virtual: document.starts[t] < 0,
    special: analysis.spans.special[t] === 1,
    range: tokenRange(document, t),
    role: roleOf(document, t),
    logprob: t === 0 ? null : analysis.logprobs[t],
    features,
    l0: analysis.saes.map((sae) => sae.l0[t]),
    fvu: analysis.saes.map((sae) => sae.fvu[t]),
    outside: analysis.saes.map((sae) => sae.outside[t] === 1),
    ...(guesses ? guessesAt(document, t) : {}),
  };
}

function guessesAt(
  document: DocumentAnalysis,
  t: number,
): { expected: InspectGuess[]; next: InspectGuess[] } {
  return { expected: t === 0 ? [] : nextTokens(document, t - 1), next: nextTokens(document, t) };
}

/** JSON turns NaN and infinities into null without a word, so they are looked for here. */
function allFinite(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(allFinite);
  if (typeof value !== "object" || value === null) return true;
  for (const key in value) if (!allFinite((value as Record<string, unknown>)[key])) return false;
  return true;
}

/** Where the first number stands that is not finite, and which it is. Slower: asked only when there is one. */
function placeNotFinite(value: unknown, path = ""): { path: string; value: number } | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : { path, value };
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = placeNotFinite(inner, path === "" ? key : `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

function notFinite({ path, value }: { path: string; value: number }, file: string): ProblemError {
  return new ProblemError({
    code: "numbers-not-finite",
    message: `The analysis of ${file} gave ${value} at ${path}.`,
    remedy:
      "Check the model's and the SAE's weights with “steerscope model check” and “steerscope sae check”.",
    subject: "model",
  });
}
