/** Steps of shading in a heat map: one hue, told apart by lightness alone. */
export const steps = 6;

/**
 * Which step an activation gets.
 * @param scale activation of the strongest step, in the same units
 * @returns 0 for none, else 1 to {@link steps}
 */
export function stepOf(activation: number, scale: number): number {
  if (!(activation > 0) || !(scale > 0)) return 0;
  return Math.min(steps, Math.max(1, Math.ceil((activation / scale) * steps)));
}
