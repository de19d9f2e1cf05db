import type { TriedFeature } from "../protocol/requests.ts";
import { type DocumentAnalysis, type PreparedDocument, textOf } from "./document.ts";
import { scaleOf } from "./features.ts";
import { Lines } from "./lines.ts";
import { parsePrompt } from "./prompts/index.ts";

/** A text that stands in no file, to be read as plain text by a document's set-up. */
export function typedText(prepared: PreparedDocument, key: string, text: string): PreparedDocument {
  const fileName = "typed.txt";
  return { ...prepared, key, fileName, lines: new Lines(text), prompt: parsePrompt(text, fileName) };
}

/** The activation of one latent on every token of a text, virtual tokens included; the SAE is one of the set-up. */
export function toTried(document: DocumentAnalysis, saeId: string, feature: number): TriedFeature {
  const s = document.description.saes.findIndex((sae) => sae.id === saeId);
  const { rows, indices, values, outside } = document.analysis.saes[s];
  const tokens = Array.from(document.analysis.ids, (id, t) => {
    const at = indices.subarray(rows[t], rows[t + 1]).indexOf(feature);
    return {
      text: textOf(document, id),
      activation: at < 0 ? 0 : values[rows[t] + at],
      virtual: document.starts[t] < 0,
      outside: outside[t] === 1,
    };
  });
  return { sae: saeId, feature, scale: scaleOf(document, s, feature), tokens };
}
