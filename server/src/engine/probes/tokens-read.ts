import type { ProbePosition } from "../../protocol/probes.ts";
import { isMassive } from "../saes/outside.ts";

/**
 * The tokens whose rows a probe reads at a position, in training and in documents: `last` that one; `all` without the text's
 * first; means and maxima also without those of massive activation, as long as any are left.
 * @param meant the tokens of the stretch
 */
export function tokensRead(
  position: ProbePosition,
  meant: number[],
  last: number,
  isMassiveAt: (t: number) => boolean,
): number[] {
  if (position === "last") return [last];
  const counting = meant.filter((t) => t > 0 && (position === "all" || !isMassiveAt(t)));
  return counting.length > 0 ? counting : meant;
}

/**
 * Which tokens are of massive activation.
 * @param residual `[width]` of a token, at the hook point that is read
 * @param usual the usual norm there; undefined where nothing counts as massive
 */
export const massiveBy =
  (residual: (t: number) => Float32Array, usual: number | undefined) =>
  (t: number): boolean =>
    usual !== undefined && isMassive(normOf(residual(t)), usual);

function normOf(row: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < row.length; i++) squares += row[i] * row[i];
  return Math.sqrt(squares);
}
