import type { TensorFile } from "../../files/tensor-file.ts";
import { badFile } from "./problems.ts";

/** What fires in one context: places and activations of each latent, in the order of places. */
export interface ContextFirings {
  context: number;
  latents: Map<number, { positions: number[]; activations: number[] }>;
}

/** Rows that are read at once. */
const block = 65_536;

/** @returns contexts, and tokens of each */
export function tokensShape(file: TensorFile): [contexts: number, length: number] {
  const [shape, places, values] = ["tokens", "locations", "activations"].map((name) => file.shape(name));
  if (!places || !values || places.length !== 2 || places[1] !== 3 || values[0] !== places[0])
    throw badFile(file.path, "has no locations [n, 3] with as many activations");
  if (shape?.length !== 2)
    throw badFile(file.path, "holds no tokens [contexts, length]", "Cache again with the tokens saved.");
  return [shape[0], shape[1]];
}

/**
 * The firings of a file, context by context, as delphi writes them: by context, then by token.
 * @param from the number of the file's first latent, and how many it has
 */
export function* contextsOf(file: TensorFile, from: number, latents: number): Generator<ContextFirings> {
  const [contexts, length] = tokensShape(file);
  const n = file.shape("activations")![0];
  let current: ContextFirings = { context: -1, latents: new Map() };
  let last = -1;
  for (let start = 0; start < n; start += block) {
    const end = Math.min(n, start + block);
    const places = file.read("locations", 3 * start, 3 * end);
    const values = file.read("activations", start, end);
    for (let i = 0; i < end - start; i++) {
      const [context, position, latent] = places.subarray(3 * i, 3 * i + 3);
      if (
        !(
          context >= 0 &&
          context < contexts &&
          position >= 0 &&
          position < length &&
          latent >= 0 &&
          latent < latents
        )
      )
        throw badFile(file.path, `has a firing at ${context}, ${position}, ${latent}, which is not in it`);
      if (!Number.isFinite(values[i])) throw badFile(file.path, "has an activation that is not finite");
      const place = context * length + position;
      if (place < last) throw badFile(file.path, "has firings that are not in the order of the tokens");
      last = place;
      if (context !== current.context) {
        if (current.context >= 0) yield current;
        current = { context, latents: new Map() };
      }
      if (values[i] <= 0) continue;
      let of = current.latents.get(from + latent);
      if (!of) {
        of = { positions: [], activations: [] };
        current.latents.set(from + latent, of);
      }
      of.positions.push(position);
      of.activations.push(values[i]);
    }
  }
  if (current.context >= 0) yield current;
}
