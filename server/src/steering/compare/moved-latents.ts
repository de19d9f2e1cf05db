import type { MovedLatent } from "../../protocol/compare.ts";
import type { Description } from "../../protocol/engine.ts";
import type { PooledLatents, ReadResult, SteeringEdit } from "../../protocol/steering.ts";
import type { LabelsOf } from "../recipe/labels.ts";

/** Latents listed as moved most. */
const LISTED = 20;
/** Share of its known maximum by which a latent's mean has to move to count as a side effect. */
export const SIDE_EFFECT = 0.05;

/** What steering did to activations on the same texts. */
export interface Moved {
  moved: MovedLatent[];
  named: MovedLatent[];
  sideEffects: number;
}

/**
 * Mean activations over all tokens of the texts, steered minus base. Ranked by the share of the latent's largest known
 * activation, since units differ from SAE to SAE; without one, by the larger of its two means, which stands behind all others.
 */
export function movedLatents(
  { saes }: Pick<Description, "saes">,
  labels: LabelsOf,
  texts: readonly ReadResult[],
  steering: readonly SteeringEdit[],
): Moved {
  const named = new Set(
    steering.flatMap(({ directions }) =>
      directions.flatMap(({ direction }) =>
        direction.kind === "latent" ? [`${direction.sae}/${direction.latent}`] : [],
      ),
    ),
  );
  const all = saes.flatMap((sae, s) => {
    const base = means(texts, ({ base }) => base.latents[s]);
    const steered = means(texts, ({ base, steered }) => (steered ?? base).latents[s]);
    const latents = new Set([...base.keys(), ...steered.keys()]);
    for (const key of named) {
      const [own, latent] = key.split("/").map(Number);
      if (own === s) latents.add(latent);
    }
    return [...latents].map((latent) => {
      const [before, after] = [base.get(latent) ?? 0, steered.get(latent) ?? 0];
      const known = sae.maximum?.[latent] ?? 0;
      const moved: MovedLatent = {
        sae: sae.id,
        latent,
        label: labels(s).get(latent) ?? null,
        base: before,
        steered: after,
        share: known > 0 ? (after - before) / known : null,
      };
      return { moved, isNamed: named.has(`${s}/${latent}`) };
    });
  });
  const others = all.filter(({ isNamed }) => !isNamed).map(({ moved }) => moved);
  return {
    moved: others
      .filter(({ base, steered }) => base !== steered)
      .sort(byShare)
      .slice(0, LISTED),
    named: all.filter(({ isNamed }) => isNamed).map(({ moved }) => moved),
    sideEffects: others.filter(({ share }) => share !== null && Math.abs(share) >= SIDE_EFFECT).length,
  };
}

function byShare(a: MovedLatent, b: MovedLatent): number {
  if ((a.share === null) !== (b.share === null)) return a.share === null ? 1 : -1;
  const size = ({ share, base, steered }: MovedLatent) =>
    share === null ? Math.abs(steered - base) / Math.max(base, steered) : Math.abs(share);
  return size(b) - size(a) || a.latent - b.latent;
}

/** Mean over the tokens of all texts, by latent; those that never fire are left out. */
function means(
  texts: readonly ReadResult[],
  of: (text: ReadResult) => PooledLatents | undefined,
): Map<number, number> {
  const sums = new Map<number, number>();
  let tokens = 0;
  for (const text of texts) {
    const pooled = of(text);
    const count = text.base.logprobs.length;
    tokens += count;
    pooled?.indices.forEach((latent, i) => {
      sums.set(latent, (sums.get(latent) ?? 0) + pooled.mean[i] * count);
    });
  }
  for (const [latent, total] of sums) sums.set(latent, total / tokens);
  return sums;
}
