import type { Generated, GenerateParams, GenerateProgress } from "../../protocol/steering.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { Decoders } from "../decode/decoders.ts";
import { EngineError } from "../errors.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { SteeringPlan } from "../steering/plan.ts";
import type { SteeredModel } from "../steering/steered-model.ts";
import { Generation } from "./generation.ts";
import { samplingConventions } from "./sampling.ts";

/** Samples that the kernels write at once: with more, onnxruntime's products of matrices are faster. */
const few = 4;

/** A request to continue a prompt, worked on in steps. */
export class GenerateRun {
  readonly #params: GenerateParams;
  readonly #models: SteeredModel;
  readonly #decoders: Decoders;
  readonly #written: (news: GenerateProgress) => void;
  #decoder: Decoder | null = null;
  #work: { setup: LoadedSetup; plan: SteeringPlan; generation: Generation } | null = null;

  /** @param uses models with the blocks of a plan, and decoders; to be given back by {@link free} */
  constructor(
    params: GenerateParams,
    uses: { models: SteeredModel; decoders: Decoders },
    written: (news: GenerateProgress) => void,
  ) {
    this.#params = params;
    this.#models = uses.models;
    this.#decoders = uses.decoders;
    this.#written = written;
  }

  /**
   * A pass over the prompt or the next token of all samples. @returns null while there is more to do
   * @throws EngineError `model-gone` where the model is another one than at the beginning, `kernels-failed`
   */
  async step(setup: LoadedSetup): Promise<Generated | null> {
    this.#work ??= await this.#begin(setup);
    const { plan, generation } = this.#work;
    if (this.#work.setup !== setup) throw modelGone();
    if (!generation.isReading && !generation.isWriting) {
      const decoder =
        this.#params.samples > few
          ? null
          : await this.#decoders.take(setup, generation.bytesToCome, plan.matrices);
      if (decoder === "opening") return null;
      this.#decoder = decoder;
      if (!generation.begin(decoder)) this.#giveBack();
    }
    // Anew each time: between two tokens another plan may have taken its place.
    const more = await generation.step(() => this.#models.get(setup, plan));
    for (const sample of generation.samples) {
      const text = sample.written.news(sample.end !== null);
      if (text !== "")
        this.#written({ run: this.#params.run, sample: sample.index, text, tokens: sample.ids.length });
    }
    if (more) return null;
    return {
      setupId: setup.description.setupId,
      promptIds: generation.promptIds,
      samples: generation.result,
      held: plan.held,
      conventions: [
        ...samplingConventions(this.#params.sampling),
        ...(this.#decoder ? [this.#decoder.convention] : []),
        ...plan.said,
      ],
      promptMs: generation.promptMs,
      decodeMs: generation.decodeMs,
    };
  }

  /** Gives back what it used, whether or not it came to its end. */
  free(): void {
    this.#work?.generation.free();
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#decoder) this.#decoders.give(this.#decoder);
    this.#decoder = null;
  }

  async #begin(setup: LoadedSetup) {
    const plan = await SteeringPlan.make(setup, this.#params.steering);
    return { setup, plan, generation: new Generation(setup, plan, this.#params) };
  }
}

function modelGone(): EngineError {
  return new EngineError({
    code: "model-gone",
    message:
      "The model was loaded anew while it wrote: its files changed, or its memory was needed for another.",
    remedy: "Run it again; where that happens often, raise the setting memoryBudgetMB.",
    subject: "model",
  });
}
