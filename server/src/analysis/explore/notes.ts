import type { Catalogue } from "./catalogue.ts";
import type { CompleteQuery } from "./list.ts";

/** What a reader of the list has to know of how its figures came about. */
export function notesOf(catalogue: Catalogue, query: CompleteQuery, relative: boolean): string[] {
  const notes: string[] = [];
  if (query.activity) {
    const sources = [...new Set(catalogue.saes.map((sae) => sae.frequencySource ?? "nothing"))];
    notes.push(
      query.activity === "dead"
        ? `Dead: never fired on ${sources.join(", ")}.`
        : `${query.activity === "dense" ? "Dense" : "Neither dead nor dense"}: by frequencies on ${sources.join(", ")}; dense from ${percent(query.denseAbove)} of tokens on.`,
    );
  }
  if (query.contrast) {
    const what = (query.contrast.by ?? "mean") === "mean" ? "mean activation" : "largest activation";
    const than = query.contrast.against ? " more than on the other" : "";
    const scale = relative ? " over the latent's known maximum" : "";
    notes.push(
      `Latents that fire on the first text${than}, by ${what}${scale}; tokens that an SAE was not made for do not count.`,
    );
  }
  return notes;
}

/** Why nothing is found where only a feature store could look. */
export function noStore(what: "examples" | "promotes", saes: string[]): string {
  const missing =
    what === "examples"
      ? "No texts were scanned, so there are no examples to search."
      : "What decoder directions promote was not worked out yet.";
  return `${missing} “steerscope scan CORPUS… --sae ${saes[0] ?? "S"} --store DIR” does it.`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
