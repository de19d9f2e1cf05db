import type { LoadedSae } from "../analyse/context.ts";
import type { ActiveRow } from "../saes/activate.ts";
import { isOutside } from "../saes/outside.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** Active latents of each token; null where the SAE was not made for it. */
export async function rowsOf(
  { sae, statistics }: LoadedSae,
  x: Float32Array,
  ids: Int32Array,
  setup: LoadedSetup,
): Promise<(ActiveRow | null)[]> {
  const d = sae.config.dIn;
  const { tokens } = await sae.encode(x, ids.length);
  return tokens.map((row, position) => {
    let squares = 0;
    for (let i = position * d; i < (position + 1) * d; i++) squares += x[i] * x[i];
    const id = ids[position];
    const place = { position, id, special: setup.text.isSpecial(id), norm: Math.sqrt(squares) };
    return isOutside(sae.config, place, statistics.medianNorm) ? null : row;
  });
}
