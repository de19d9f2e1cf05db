import type { Analysis } from "../../protocol/engine.ts";
import type { ImportEngine, Target } from "./import.ts";
import type { NpActivation } from "./neuronpedia-records.ts";
import type { Agreement } from "./verify.ts";

/** Activations along an example point the same way where they are the same latent's, whatever their scale. */
const neededCosine = 0.8;

/** Activations along some examples, beside those that the engine computes for the same tokens. */
export async function compareActivations(
  engine: Pick<ImportEngine, "analyse">,
  examples: NpActivation[],
  { setup }: Target,
): Promise<Agreement> {
  const result: Agreement = { what: "Activations", compared: 0, agree: 0, example: null, scale: null };
  const scales: number[] = [];
  for (const { index, tokens, values, peak } of examples) {
    const from = isMark(tokens[0]) ? 1 : 0;
    const text = tokens.slice(from).join("");
    if (text.trim() === "" || peak < from) continue;
    const messages = [{ role: null, text }];
    const analysis = await engine.analyse({ ...setup, key: "import", messages });
    const computed = alongside(analysis, index, tokens.slice(from));
    if (!computed) continue;
    let [both, theirs, ours] = [0, 0, 0];
    computed.forEach((value, i) => {
      if (value === null) return;
      both += value * values[from + i];
      theirs += values[from + i] ** 2;
      ours += value ** 2;
    });
    if (theirs === 0) continue;
    result.compared++;
    const cosine = ours > 0 ? both / Math.sqrt(theirs * ours) : 0;
    if (cosine >= neededCosine) {
      result.agree++;
      scales.push(Math.sqrt(theirs / ours));
    } else
      result.example ??= `On “${tokens[peak]}” latent ${index} is said to be ${values[peak]}, and is ${computed[peak - from] ?? 0}.`;
  }
  result.scale = scales.sort((a, b) => a - b).at(scales.length >> 1) ?? null;
  return result;
}

/** The latent's activation on each token; null where the SAE was not made for it, and for all where the tokens differ. */
function alongside({ ids, spans, texts, saes: [sae] }: Analysis, latent: number, tokens: string[]) {
  const real = [...ids.keys()].filter((t) => spans.message[t] >= 0);
  const same = real.length === tokens.length && real.every((t, i) => texts.get(ids[t]) === tokens[i]);
  if (!same) return null;
  return real.map((t) => {
    if (sae.outside[t] === 1) return null;
    for (let i = sae.rows[t]; i < sae.rows[t + 1]; i++) if (sae.indices[i] === latent) return sae.values[i];
    return 0;
  });
}

/** A start mark, which the engine puts there itself. */
const isMark = (token: string) => /^(<[^<>\s]+>|\[CLS\])$/.test(token);
