import type { Decomposed, DirectEncoding } from "../../protocol/decompose.ts";
import type { Sae } from "../saes/sae.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { encodeDirectly, shared } from "./direct-encoding.ts";
import { medianNorm } from "./norms.ts";

/** What of a decomposition follows from the vector and the SAE at once. */
export type DirectFacts = Omit<Decomposed, "setupId" | "contrast" | "pursuit">;

/** Negative projections that are listed. */
const listed = 10;

/** @param vector `[d]` not zero, at the SAE's hook point */
export async function directFacts(setup: LoadedSetup, sae: Sae, vector: Float32Array): Promise<DirectFacts> {
  const norm = Math.hypot(...vector);
  const usual = await medianNorm(setup, sae.hook);
  const direct = await encodeDirectly(sae, vector);
  const scaled = await encodeDirectly(
    sae,
    vector.map((value) => (value * usual) / norm),
  );
  return {
    norm,
    medianNorm: usual,
    direct,
    scaled,
    alsoOnZero: shared(direct.latents, await onZero(sae)),
    alsoScaled: shared(direct.latents, scaled.latents),
    negative: negativeProjections(sae, vector, norm),
  };
}

/** Latents that fire on no input at all; an SAE that divides by the input's norm has none to speak of. */
async function onZero(sae: Sae): Promise<DirectEncoding["latents"]> {
  const { normalize, dIn } = sae.config;
  if (normalize === "constant_norm_rescale") return new Int32Array(0);
  const { tokens } = await sae.encode(new Float32Array(dIn), 1);
  return tokens[0].indices;
}

function negativeProjections(sae: Sae, vector: Float32Array, norm: number): Decomposed["negative"] {
  const norms = sae.decoderNorms();
  const cosines = sae
    .products(Float64Array.from(vector))
    .map((product, i) => (norms[i] > 0 ? product / norms[i] / norm : 0));
  let [negative, all] = [0, 0];
  for (const cosine of cosines) {
    all += cosine ** 2;
    if (cosine < 0) negative += cosine ** 2;
  }
  const latents = Int32Array.from(
    [...cosines.keys()]
      .filter((latent) => cosines[latent] < 0)
      .sort((a, b) => cosines[a] - cosines[b] || a - b)
      .slice(0, listed),
  );
  return {
    share: all > 0 ? negative / all : 0,
    latents,
    cosines: Float32Array.from(latents, (latent) => cosines[latent]),
  };
}
