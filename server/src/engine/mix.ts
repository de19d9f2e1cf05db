/**
 * A number from 0 to 2⁵³ − 1 that looks random and depends on nothing but its arguments: what samples are drawn by, so
 * that it plays no part in which order, or how often, tokens are seen. Two lanes of MurmurHash3's finalizer.
 */
export function mix(seed: number, document: number, token: number, latent: number): number {
  const high = lane(lane(lane(seed ^ 0x9e3779b9, document), token), latent);
  const low = lane(lane(lane(seed ^ 0x85ebca6b, latent), token), document);
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

function lane(state: number, value: number): number {
  let h = Math.imul(state ^ value, 0xcc9e2d51);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x5bd1e995;
}
