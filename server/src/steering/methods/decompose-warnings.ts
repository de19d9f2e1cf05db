import type { Decomposed } from "../../protocol/decompose.ts";

const percent = (share: number) => `${Math.round(100 * share)} %`;
const times = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

/**
 * What keeps an SAE's encoding of a steering vector from being what the vector is made of, with the figures of this one;
 * the reasons are those of Mayne et al. 2024 (“Can sparse autoencoders be used to decompose and interpret steering vectors?”).
 */
export function warningsOf(it: Omit<Decomposed, "setupId" | "pursuit">): string[] {
  const { norm, medianNorm, direct, scaled, negative, contrast, alsoOnZero, alsoScaled } = it;
  const found = direct.latents.length;
  const sentences = [
    `The SAE was made for residuals of a usual norm of ${medianNorm.toPrecision(3)}; this vector has ${norm.toPrecision(3)} (${percent(norm / medianNorm)}).`,
  ];
  if (found === 0) sentences.push("Its encoder finds no latent in the vector.");
  else {
    sentences.push(
      `Its encoder finds ${times(found, "latent")}, of which ${alsoOnZero} ${alsoOnZero === 1 ? "fires" : "fire"} on the zero vector as well: the encoder's bias makes them, not the vector.`,
      `What they add up to has a cosine of ${direct.cosine.toFixed(2)} with the vector (FVU ${direct.fvuWithoutBias.toPrecision(3)}; ${direct.fvu.toPrecision(3)} with the decoder's bias).`,
      `Scaled to the usual norm the vector gives ${times(scaled.latents.length, "latent")}, and ${alsoScaled} of the ${found} ${alsoScaled === 1 ? "is" : "are"} among them.`,
    );
  }
  sentences.push(
    `${percent(negative.share)} of its squared projections on decoder directions are negative ones, which no activation can say.`,
  );
  if (contrast && found > 0)
    sentences.push(
      `With the difference of mean activations on the texts it was made from, the encoding has a cosine of ${contrast.cosine.toFixed(2)}, and ${contrast.shared} of ${times(found, "latent")} in common.`,
    );
  return sentences;
}
