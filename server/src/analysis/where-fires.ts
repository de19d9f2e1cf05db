import type { WhereFires } from "../protocol/requests.ts";
import { type DocumentAnalysis, tokenRange } from "./document.ts";
import { scaleOf } from "./features.ts";

/**
 * Where one latent is active in a document, and how much: tokens that share a range give its strongest, tokens that are not
 * to be interpreted give nothing.
 *
 * @returns null when the set-up has no such SAE or the SAE no such latent.
 */
export function whereFires(
  document: DocumentAnalysis,
  saeId: string,
  feature: number,
): Omit<WhereFires, "version"> | null {
  const s = document.description.saes.findIndex((sae) => sae.id === saeId);
  if (s < 0 || !Number.isInteger(feature) || feature < 0 || feature >= document.description.saes[s].width) {
    return null;
  }
  const sae = document.analysis.saes[s];
  const strongest = new Map<string, { token: number; activation: number }>();
  for (const token of document.visible) {
    if (sae.outside[token]) continue;
    for (let i = sae.rows[token]; i < sae.rows[token + 1]; i++) {
      if (sae.indices[i] !== feature) continue;
      const key = `${document.starts[token]}-${document.ends[token]}`;
      const known = strongest.get(key);
      if (!known || known.activation < sae.values[i]) {
        strongest.set(key, { token, activation: sae.values[i] });
      }
    }
  }
  return {
    sae: saeId,
    feature,
    label: document.description.saes[s].labels.get(feature)?.text ?? null,
    scale: scaleOf(document, s, feature),
    tokens: [...strongest.values()].map(({ token, activation }) => ({
      range: tokenRange(document, token)!,
      activation,
    })),
  };
}
