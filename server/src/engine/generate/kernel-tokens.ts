import type { Decoder } from "../decode/decoder.ts";
import type { Pages } from "../decode/pages.ts";
import type { SteeringPlan } from "../steering/plan.ts";
import type { LastTokens, NextRows, NextTokens } from "./next-tokens.ts";

/** By our own kernels. */
export class KernelTokens implements NextTokens {
  readonly #plan: SteeringPlan;
  readonly #decoder: Decoder;
  readonly #pages: Pages;

  /** @param pages keys and values of the prompt, with room for the samples'; given back with it */
  constructor(plan: SteeringPlan, decoder: Decoder, pages: Pages) {
    this.#plan = plan;
    this.#decoder = decoder;
    this.#pages = pages;
  }

  async next({ samples, ids, position, tokens, before }: LastTokens): Promise<NextRows> {
    const edits = this.#plan.direct(tokens, before);
    const rows = await this.#decoder.next(this.#pages, { ids, continuations: samples, position }, edits);
    return { ...rows, outputs: edits.outputs };
  }

  free(): void {
    this.#pages.free();
  }
}
