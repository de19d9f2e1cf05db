import { ProblemError } from "../host/problem-error.ts";
import type { InspectFeature, InspectResult, InspectToken } from "../protocol/inspect.ts";
import { type DocumentAnalysis, roleOf, textOf, tokenRange } from "./document.ts";
import { activeFeatures, type Ranking, rankedFeatures } from "./features.ts";
import { nextAfterPrompt } from "./surprisal.ts";

/**
 * The object outsiders rely on, schema `steerscope.inspect/1`: raw activations, strongest first, dense latents included.
 *
 * @param topK at most this many features of each SAE on a token.
 * @param ranking where given, features are chosen and ordered as a hover does it.
 * @throws ProblemError `numbers-not-finite` rather than handing out NaN or an infinity.
 */
export function toInspect(document: DocumentAnalysis, topK: number, ranking?: Ranking): InspectResult {
  const { analysis, description } = document;
  const { model } = description;
  const result: InspectResult = {
    schema: "steerscope.inspect/1",
    file: document.fileName,
    model: {
      id: model.id,
      family: model.family,
      layers: model.layers,
      dModel: model.dModel,
      dtype: model.dtype,
      computeDtype: model.computeDtype,
      device: model.device,
    },
    saes: description.saes.map(({ id, hook, architecture, width, conventions, check }) => ({
      id,
      hook,
      architecture,
      width,
      conventions: [...conventions],
      check: { ...check },
    })),
    tokens: Array.from(analysis.ids, (_, t) => tokenOf(document, t, topK, ranking)),
    next: nextAfterPrompt(document),
    timings: { loadMs: description.loadMs, analyseMs: analysis.analyseMs },
  };
  requireFinite(result, "", document.fileName);
  return result;
}

function tokenOf(document: DocumentAnalysis, t: number, topK: number, ranking?: Ranking): InspectToken {
  const { analysis } = document;
  const features: InspectFeature[] = [];
  analysis.saes.forEach((_, s) => {
    const own = ranking
      ? rankedFeatures(document, s, t, { ...ranking, topK }).features
      : activeFeatures(document, s, t).sort((a, b) => b.activation - a.activation || a.feature - b.feature);
    for (const { sae, feature, activation, label } of own.slice(0, topK)) {
      features.push({ sae, feature, activation, label });
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
  };
}

/** JSON turns NaN and infinities into null without a word, so they are looked for here. */
function requireFinite(value: unknown, path: string, file: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new ProblemError({
      code: "numbers-not-finite",
      message: `The analysis of ${file} gave ${value} at ${path.slice(1)}.`,
      remedy:
        "Check the model's and the SAE's weights with “steerscope model check” and “steerscope sae check”.",
      subject: "model",
    });
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) requireFinite(inner, `${path}.${key}`, file);
  }
}
