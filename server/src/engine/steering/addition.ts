import type { SteeringPlaces } from "../../protocol/steering.ts";
import type { Edit } from "../models/edits.ts";
import type { SteeredToken } from "./places.ts";
import { Reached } from "./reached.ts";

/** A vector `[d]` to be added at a hook point to the tokens at some places. */
export interface Addition {
  hook: string;
  vector: Float32Array;
  where: SteeringPlaces;
}

/** What a plan adds to the residual stream. */
export class Additions {
  /** Where, each once. */
  readonly hooks: string[];
  readonly #all: Addition[];
  readonly #edits: Reached<Edit[]>;

  constructor(all: Addition[]) {
    this.#all = all;
    this.hooks = [...new Set(all.map(({ hook }) => hook))];
    this.#edits = new Reached(
      all.map(({ where }) => where),
      (reached, tokens) => this.hooks.flatMap((hook) => this.#at(hook, reached, tokens)),
    );
  }

  /** The edits of a pass: one a hook point, one row where all tokens get the same; none where nothing reaches any token. */
  rows(tokens: SteeredToken[]): Edit[] {
    return this.#edits.of(tokens);
  }

  #at(hook: string, reached: Float64Array, tokens: number): Edit[] {
    const count = this.#all.length;
    const here = this.#all.flatMap(({ hook: own, vector }, i) => {
      const reach = Array.from({ length: tokens }, (_, t) => reached[t * count + i]);
      return own === hook && reach.some((share) => share !== 0) ? [{ vector, reach }] : [];
    });
    if (here.length === 0) return [];
    const width = here[0].vector.length;
    const same = here.every(({ reach }) => reach.every((share) => share === reach[0]));
    const rows = same ? 1 : tokens;
    const delta = new Float32Array(rows * width);
    for (const { vector, reach } of here)
      for (let t = 0; t < rows; t++)
        if (reach[t] !== 0) for (let i = 0; i < width; i++) delta[t * width + i] += reach[t] * vector[i];
    return [{ hook, delta, shape: [rows, width] }];
  }
}
