import type { DirectEncoding } from "../../protocol/decompose.ts";
import type { Sae } from "../saes/sae.ts";

/** What an SAE makes of a vector as if it were a token's residual; `vector` is not zero. */
export async function encodeDirectly(sae: Sae, vector: Float32Array): Promise<DirectEncoding> {
  const { tokens, squaredError } = await sae.encode(vector, 1);
  const [{ indices, values }] = tokens;
  const sum = new Float64Array(vector.length);
  indices.forEach((latent, j) => {
    const part = sae.step(latent, values[j], vector);
    for (let i = 0; i < sum.length; i++) sum[i] += part[i];
  });
  let [own, others, both, left] = [0, 0, 0, 0];
  for (let i = 0; i < sum.length; i++) {
    own += vector[i] ** 2;
    others += sum[i] ** 2;
    both += vector[i] * sum[i];
    left += (vector[i] - sum[i]) ** 2;
  }
  return {
    latents: indices,
    activations: values,
    cosine: others > 0 ? both / Math.sqrt(own * others) : 0,
    fvu: squaredError[0] / own,
    fvuWithoutBias: left / own,
  };
}

/** How many of the first numbers are among the second. */
export function shared(some: Int32Array, others: Int32Array): number {
  const known = new Set(others);
  return some.filter((latent) => known.has(latent)).length;
}
