import type { PlacedProblem } from "../../analysis/document.ts";
import type { Description } from "../../protocol/engine.ts";
import { nearest } from "../../yaml/nearest.ts";
import type { Place } from "../../yaml/reader.ts";
import type { LabelsOf } from "./labels.ts";
import type { FeatureReference } from "./types.ts";

/** A latent of a set-up: its SAE's place there, and its number. */
export interface ResolvedFeature {
  sae: number;
  latent: number;
}

/** Labels named where several latents have the same. */
const MOST_NAMED = 5;

/** Finds latents that a recipe names in a set-up. */
export class FeatureFinder {
  readonly #description: Pick<Description, "model" | "saes">;
  readonly #labels: LabelsOf;

  constructor(description: Pick<Description, "model" | "saes">, labels: LabelsOf) {
    this.#description = description;
    this.#labels = labels;
  }

  label({ sae, latent }: ResolvedFeature): string | null {
    return this.#labels(sae).get(latent) ?? null;
  }

  /** @returns the latent, or what keeps it from being found */
  find(reference: FeatureReference): ResolvedFeature | PlacedProblem {
    const { saes, model } = this.#description;
    const sae = saes.findIndex(({ id }) => id === reference.sae);
    if (sae < 0) {
      const ids = saes.map(({ id }) => id);
      const meant = nearest(reference.sae, ids);
      return at(
        reference,
        "recipe-sae-unknown",
        `There is no SAE “${reference.sae}” in this set-up of ${model.id} (it has ${ids.join(", ") || "none"}).`,
        meant ? `Did you mean “${meant}”?` : "Name one of these, or add it to saes.",
      );
    }
    if (reference.label !== null) return this.#byLabel(reference, sae, reference.label);
    const latent = reference.latent!;
    if (latent < saes[sae].width) return { sae, latent };
    return at(
      reference,
      "recipe-latent-unknown",
      `${saes[sae].id} has no latent ${latent}: it has ${saes[sae].width}, from 0 to ${saes[sae].width - 1}.`,
      "Name one of them.",
    );
  }

  #byLabel(reference: FeatureReference, sae: number, label: string): ResolvedFeature | PlacedProblem {
    const { id } = this.#description.saes[sae];
    const labels = this.#labels(sae);
    const found = [...labels].filter(([, text]) => text === label).map(([latent]) => latent);
    if (found.length === 1) return { sae, latent: found[0] };
    if (found.length > 1) {
      const named = found.slice(0, MOST_NAMED).join(", ");
      return at(
        reference,
        "recipe-label-ambiguous",
        `${found.length} latents of ${id} are labelled “${label}”: ${named}${found.length > MOST_NAMED ? ", …" : ""}.`,
        `Name the one you mean by its number, such as ${id}/${found[0]}.`,
      );
    }
    const meant = nearest(label, [...labels.values()]);
    const message = `No latent of ${id} is labelled “${label}”.`;
    const remedy = meant ? `Did you mean “${meant}”?` : `Write the whole label, or the number: ${id}/NUMBER.`;
    return at(reference, "recipe-label-unknown", message, remedy);
  }
}

export const isProblem = (found: object): found is PlacedProblem => "severity" in found;

/** An error at a place of a recipe. */
export function at({ start, end }: Place, code: string, message: string, remedy: string): PlacedProblem {
  return { code, message, remedy, subject: "recipe", start, end, severity: "error" };
}
