/**
 * Where in the model a concept is first readable: the first layer whose figure reaches a share of the best layer's gain over the
 * majority (M. Jin et al. 2024, “Exploring concept depth”).
 * @param figures by layer, first to last; null where a layer was not probed
 * @param majority the figure of always saying the most frequent class; 0 of a rank correlation
 * @returns null where no layer is better than the majority
 */
export function conceptDepth(
  figures: readonly (number | null)[],
  majority: number,
  share = 0.95,
): number | null {
  const gains = figures.map((it) => (it === null ? 0 : it - majority));
  const best = Math.max(...gains, 0);
  if (best === 0) return null;
  return gains.findIndex((it) => it >= share * best);
}
