import type { DocumentAnalysis } from "./document.ts";
import { type ActiveFeature, type Ranking, rankedFeatures } from "./features.ts";
import { documentRange } from "./prompts/index.ts";
import { type Surprisal, surprisal } from "./surprisal.ts";

/** One message in figures. */
export interface MessageSummary {
  role: string | null;
  /** Offsets in the document. */
  start: number;
  end: number;
  tokens: number;
  /** Mean surprisal of its tokens in bits; null where nothing predicts them. */
  bits: number | null;
}

/** @returns one summary a message, in the order of the file. */
export function summarise(document: DocumentAnalysis): MessageSummary[] {
  const sums = document.prompt.messages.map(() => ({ tokens: 0, predicted: 0, bits: 0 }));
  for (const token of document.visible) {
    const sum = sums[document.analysis.spans.message[token]];
    const found = surprisal(document, token);
    sum.tokens++;
    if (!found) continue;
    sum.predicted++;
    sum.bits += found.bits;
  }
  return document.prompt.messages.map((message, i) => ({
    role: message.role,
    ...documentRange(message, 0, message.text.length),
    tokens: sums[i].tokens,
    bits: sums[i].predicted > 0 ? sums[i].bits / sums[i].predicted : null,
  }));
}

/** A token the model did not expect at all. */
export interface SurprisingToken {
  token: number;
  /** Offset in the document behind the token. */
  end: number;
  surprisal: Surprisal;
}

/** Surprisal from which on a token counts as surprising: less likely than one in a thousand. */
const SURPRISING_BITS = 10;

/** @returns the surprising tokens that stand between two offsets, in the order of the text. */
export function surprisingTokens(document: DocumentAnalysis, start: number, end: number): SurprisingToken[] {
  const found: SurprisingToken[] = [];
  for (const token of document.visible) {
    if (document.ends[token] < start || document.starts[token] > end) continue;
    const own = surprisal(document, token);
    if (own && own.bits >= SURPRISING_BITS) found.push({ token, end: document.ends[token], surprisal: own });
  }
  return found;
}

/** The latents of each message that come nearest to their maximum, labelled ones before others. */
export function messageFeatures(document: DocumentAnalysis, ranking: Ranking): ActiveFeature[][] {
  const best = document.prompt.messages.map(() => new Map<string, ActiveFeature>());
  for (const token of document.visible) {
    const own = best[document.analysis.spans.message[token]];
    document.analysis.saes.forEach((sae, s) => {
      if (sae.outside[token]) return;
      for (const feature of rankedFeatures(document, s, token, ranking).features) {
        const key = feature.label ?? `${s}/${feature.feature}`;
        const known = own.get(key);
        if (!known || feature.relative > known.relative) own.set(key, feature);
      }
    });
  }
  const rank = (it: ActiveFeature): number => (it.label === null ? 0 : 2) + Math.min(1, it.relative);
  return best.map((own) => [...own.values()].sort((a, b) => rank(b) - rank(a)));
}
