/** Steering with a latent from a panel or a hover: what a recipe is to do with it, and how good a handle it is. */
import { isWeak, WEAK_OUTPUT } from "./feature.ts";

export type SteerWay = "amplify" | "suppress" | "ablate" | "clamp";

export interface SteerFeatureParams {
  /** The prompt whose recipe is written into; it is open. */
  textDocument: { uri: string };
  /** SAE id as `InspectResult.saes[].id` gives it. */
  sae: string;
  feature: number;
  way: SteerWay;
}

export interface SteerFeatureAnswer {
  /** What the edit does, in words. */
  title: string;
  /** A WorkspaceEdit of LSP; nothing is changed before the client applies it. */
  edit: object;
  /** URI of the recipe that it changes or makes. */
  recipe: string;
}

/** How good a handle a latent is, in words. @param output its output score in [0, 1]; null where it is not known */
export function handleWords(output: number | null): string {
  if (output === null) return "output score not measured";
  return isWeak(output)
    ? `weak handle: output score ${output.toFixed(3)} (below ${WEAK_OUTPUT})`
    : `output score ${output.toFixed(3)}`;
}
