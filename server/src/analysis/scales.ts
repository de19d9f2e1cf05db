import type { InspectResult } from "../protocol/inspect.ts";
import type { LatentScale } from "../protocol/requests.ts";
import type { DocumentAnalysis } from "./document.ts";
import { scaleOf } from "./features.ts";

/** The scale of every latent that some token of an answer lists, each once. */
export function scalesOf(
  document: DocumentAnalysis,
  { tokens }: Pick<InspectResult, "tokens">,
): LatentScale[] {
  const scales = new Map<string, LatentScale>();
  for (const { features } of tokens)
    for (const { sae, feature } of features) {
      const key = `${sae}/${feature}`;
      if (!scales.has(key)) scales.set(key, { sae, feature, ...scaleOf(document, sae, feature) });
    }
  return [...scales.values()];
}
