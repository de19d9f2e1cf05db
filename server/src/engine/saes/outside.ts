import type { SaeConfig } from "./config.ts";

/** What decides whether an SAE can say anything of a token. */
export interface TokenPlace {
  position: number;
  id: number;
  /** Whether the id is special in the vocabulary. */
  special: boolean;
  /** ‖x‖ of the residual at the SAE's hook point. */
  norm: number;
}

/** A token whose residual is this many times the usual norm is a massive activation: SAEs are not trained there. */
const massiveFactor = 5;

/** Whether a residual of this norm is a massive activation where `medianNorm` is usual. */
export const isMassive = (norm: number, medianNorm: number) => norm > massiveFactor * medianNorm;

/** True where the SAE's own metadata, or a massive activation, says that it was not made for a token. */
export function isOutside(config: SaeConfig, token: TokenPlace, medianNorm: number): boolean {
  if (isMassive(token.norm, medianNorm)) return true;
  if (config.excluded === "special" ? token.special : config.excluded.has(token.id)) return true;
  const { from, to, step } = config.positions;
  return token.position < from || token.position >= to || (token.position - from) % step !== 0;
}
