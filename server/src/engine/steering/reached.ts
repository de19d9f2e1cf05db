import type { SteeringPlaces } from "../../protocol/steering.ts";
import { reach, type SteeredToken } from "./places.ts";

/** How much of some edits reaches the tokens of a pass. */
export class Reached {
  readonly #places: (SteeringPlaces | null)[];
  #last = new Float64Array();

  /** @param places of each edit; null for one that reaches none */
  constructor(places: (SteeringPlaces | null)[]) {
    this.#places = places;
  }

  /** `[T · edits]`; the same array as for the last tokens where it says the same, as it mostly does for generated ones. */
  of(tokens: SteeredToken[]): Float64Array {
    const count = this.#places.length;
    const now = new Float64Array(tokens.length * count);
    tokens.forEach((token, t) => {
      for (let i = 0; i < count; i++) {
        const places = this.#places[i];
        if (places) now[t * count + i] = reach(places, token);
      }
    });
    if (areSame(now, this.#last)) return this.#last;
    this.#last = now;
    return now;
  }
}

function areSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
