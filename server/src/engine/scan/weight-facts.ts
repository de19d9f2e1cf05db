import type { FeatureWeightsParams, WeightFacts } from "../../protocol/scan.ts";
import { EngineError } from "../errors.ts";
import type { RunOptions } from "../runtime/session.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { Lens } from "./lens.ts";
import { Neighbours } from "./neighbours.ts";

/** What follows from the weights of one SAE and the model's head alone. */
export class WeightReader {
  readonly #lens: Lens | null;
  readonly #neighbours: Neighbours;

  private constructor(lens: Lens | null, neighbours: Neighbours) {
    this.#lens = lens;
    this.#neighbours = neighbours;
  }

  static async open(setup: LoadedSetup, index: number, options: RunOptions): Promise<WeightReader> {
    const { sae } = setup.saes[index];
    // Inside the heads a direction has not reached the residual stream yet.
    const writes = !sae.hook.endsWith("hook_z");
    const lens = writes ? await Lens.open(setup.model, options) : null;
    try {
      return new WeightReader(lens, await Neighbours.open(sae, { ...options, device: "cpu" }));
    } catch (error) {
      await lens?.release();
      throw error;
    }
  }

  /** @throws EngineError `feature-unknown` for latents that the SAE does not have */
  async read(setup: LoadedSetup, { sae: index, from, to }: FeatureWeightsParams): Promise<WeightFacts> {
    const { sae, statistics } = setup.saes[index];
    assertLatents(setup, index, from, to);
    const n = to - from;
    const none = { ids: new Int32Array(0), logits: new Float32Array(0) };
    const lists = this.#lens
      ? await this.#lens.read(sae.decoderRows(from, to), n)
      : { raised: none, lowered: none, listed: 0 };
    const texts = new Map<number, string>();
    for (const { ids } of [lists.raised, lists.lowered])
      for (const id of ids) texts.set(id, setup.text.text(id));
    const { near, ...neighbours } = await this.#neighbours.of(from, to);
    return {
      convention: this.#lens
        ? "Logits are W_U · final_norm(decoder row), the norm's statistics taken of the row itself."
        : `No logits: ${sae.hook} lies before the projection into the residual stream.`,
      texts,
      medianNorm: statistics.medianNorm,
      norm: this.#neighbours.norms.slice(from, to),
      ...lists,
      neighbours,
      near,
    };
  }

  async release(): Promise<void> {
    await this.#lens?.release();
    await this.#neighbours.release();
  }
}

function assertLatents(setup: LoadedSetup, index: number, from: number, to: number): void {
  const { id, width } = setup.description.saes[index];
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= width) return;
  throw new EngineError({
    code: "feature-unknown",
    message: `${id} has no latent ${from}: its latents are 0 to ${width - 1}.`,
    remedy: "Name one of these.",
    subject: "sae",
  });
}
