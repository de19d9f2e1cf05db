import type { SteeringPlaces } from "../../protocol/steering.ts";
import { reach, type SteeredToken } from "./places.ts";

/** What follows from how much of some edits reaches the tokens of a pass: mostly the same for one generated token as the next. */
export class Reached<T> {
  readonly #places: (SteeringPlaces | null)[];
  readonly #make: (reached: Float64Array, tokens: number) => T;
  #last: { reached: Float64Array; made: T } | null = null;

  /**
   * @param places of each edit; null for one that reaches none
   * @param make what follows from `[T · edits]` shares
   */
  constructor(places: (SteeringPlaces | null)[], make: (reached: Float64Array, tokens: number) => T) {
    this.#places = places;
    this.#make = make;
  }

  /** Not to be changed: the same is given again as long as the same reaches. */
  of(tokens: SteeredToken[]): T {
    const count = this.#places.length;
    const reached = new Float64Array(tokens.length * count);
    tokens.forEach((token, t) => {
      for (let i = 0; i < count; i++) {
        const places = this.#places[i];
        if (places) reached[t * count + i] = reach(places, token);
      }
    });
    if (!this.#last || !areSame(reached, this.#last.reached))
      this.#last = { reached, made: this.#make(reached, tokens.length) };
    return this.#last.made;
  }
}

function areSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
