import type { Responses } from "../../protocol/responses.ts";
import type { Catalogue } from "./catalogue.ts";

/** How one latent answers to example texts. */
export interface LikeValue {
  /** Its largest activation on each text, in the SAE's own units. */
  activations: number[];
  /** The smaller, the better it tells what the texts have in common. */
  rank: number;
}

/** Chance that the latent sought fires on a text that is an example of it. */
const hit = 0.9;
/** Share of its known maximum from which a latent counts as fully firing. */
const full = 0.8;
/** Frequency of a latent that nobody has measured, or that was never seen firing. */
const unseen = 1e-5;

/**
 * Latents by how much better "this is what the texts are examples of" explains where they fire than their frequency does:
 * the sum over texts of a log-likelihood ratio. A text of n tokens makes a latent of frequency f fire by chance with
 * q = 1 − (1 − f)ⁿ; firing on it is worth log(hit / q), silence log((1 − hit) / (1 − q)), weak firing something between.
 * Labels play no part. Latents that fire no more than by chance are left out.
 *
 * @param responses of the catalogue's SAEs, in its order
 */
export function likeness(catalogue: Catalogue, { saes }: Responses): Map<number, LikeValue> {
  const found = new Map<number, LikeValue>();
  saes.forEach(({ rows, latents, values, tokens }, s) => {
    const count = tokens.length;
    const of = new Map<number, number[]>();
    for (let t = 0; t < count; t++)
      for (let i = rows[t]; i < rows[t + 1]; i++) {
        const activations = of.get(latents[i]) ?? new Array<number>(count).fill(0);
        activations[t] = values[i];
        of.set(latents[i], activations);
      }
    for (const [feature, activations] of of) {
      const latent = catalogue.numberOf(s, feature);
      const maximum = catalogue.maximum(latent) ?? Math.max(...activations);
      const frequency = Math.max(catalogue.frequency(latent) ?? 0, unseen);
      let evidence = 0;
      activations.forEach((activation, t) => {
        const chance = Math.min(0.999, 1 - (1 - frequency) ** tokens[t]);
        const fires = Math.min(1, activation / (full * maximum));
        if (fires > 0) evidence += fires * Math.max(0, Math.log(hit / chance));
        evidence += (1 - fires) * Math.min(0, Math.log((1 - hit) / (1 - chance)));
      });
      if (evidence > 0) found.set(latent, { activations, rank: -evidence });
    }
  });
  return found;
}
