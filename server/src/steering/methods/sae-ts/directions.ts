import { join } from "node:path";
import { random, shuffled } from "../../../explain/random.ts";
import { TensorFile } from "../../../files/tensor-file.ts";
import type { SaeInfo } from "../../../protocol/engine.ts";
import { methodProblem } from "../problems.ts";

/** Decoder directions of latents, of norm 1, `[d]` each. @throws ProblemError `method-sae-file` */
export function unitDirections(sae: Pick<SaeInfo, "path" | "width">, latents: number[]): Float32Array[] {
  const path = sae.path.endsWith(".safetensors") ? sae.path : join(sae.path, "sae_weights.safetensors");
  const bad = (file: string, what: string) =>
    methodProblem("method-sae-file", `${file} ${what}.`, "Fetch the SAE again.", file);
  const file = TensorFile.open(path, bad);
  try {
    const shape = file.shape("W_dec");
    if (shape?.length !== 2 || shape[0] !== sae.width) throw bad(path, `has no decoder of ${sae.width} rows`);
    const [, d] = shape;
    return latents.map((latent) => {
      const row = file.read("W_dec", latent * d, (latent + 1) * d);
      const norm = Math.hypot(...row);
      return Float32Array.from(row, (value) => value / norm);
    });
  } finally {
    file.close();
  }
}

/** Latents that are known to fire, in an order that the seed decides; all of them where no frequencies are known. */
export function liveLatents(
  { width, frequency }: Pick<SaeInfo, "width" | "frequency">,
  count: number,
  seed: number,
) {
  const all = Array.from({ length: width }, (_, latent) => latent);
  const live = frequency ? all.filter((latent) => frequency[latent] > 0) : all;
  return shuffled(live, random(seed)).slice(0, count);
}
