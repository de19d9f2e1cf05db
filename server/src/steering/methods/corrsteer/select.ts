import type { SaeInfo } from "../../../protocol/engine.ts";
import type { Handle } from "../edits.ts";
import type { LatentCorrelation } from "./correlation.ts";

/** A latent that goes along with success, and what is added of it. */
export interface Candidate extends Handle, LatentCorrelation {}

/** All that correlate positively and fire where it succeeded, the most correlated first. */
export function ranked(correlations: readonly LatentCorrelation[], sae: number): Candidate[] {
  return correlations
    .filter(({ r, coefficient }) => r > 0 && coefficient > 0)
    .sort((a, b) => b.r - a.r || a.latent - b.latent)
    .map((it) => ({ sae, ...it }));
}

/** CorrSteer-A: the best of each hook point's SAEs, in the order of the set-up. */
export function bestOfEachHook(byRank: readonly Candidate[][], saes: readonly SaeInfo[]): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const [first] of byRank) {
    if (!first) continue;
    const { hook } = saes[first.sae];
    const known = best.get(hook);
    if (!known || first.r > known.r) best.set(hook, first);
  }
  return [...best.values()].sort((a, b) => a.sae - b.sae);
}
