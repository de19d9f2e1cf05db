import type { Generated, GenerateParams, GenerateProgress } from "../../protocol/steering.ts";
import { EngineError } from "../errors.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { SteeringPlan } from "../steering/plan.ts";
import type { SteeredModel } from "../steering/steered-model.ts";
import { Generation } from "./generation.ts";
import { samplingConventions } from "./sampling.ts";

/** A request to continue a prompt, worked on in steps. */
export class GenerateRun {
  readonly #params: GenerateParams;
  readonly #models: SteeredModel;
  readonly #written: (news: GenerateProgress) => void;
  #work: { setup: LoadedSetup; plan: SteeringPlan; generation: Generation } | null = null;

  constructor(params: GenerateParams, models: SteeredModel, written: (news: GenerateProgress) => void) {
    this.#params = params;
    this.#models = models;
    this.#written = written;
  }

  /**
   * A pass over the prompt or the next token of all samples. @returns null while there is more to do
   * @throws EngineError `model-gone` where the model is another one than at the beginning
   */
  async step(setup: LoadedSetup): Promise<Generated | null> {
    this.#work ??= await this.#begin(setup);
    const { plan, generation } = this.#work;
    if (this.#work.setup !== setup) throw modelGone();
    // Anew each time: between two tokens another plan may have taken its place.
    const more = await generation.step(await this.#models.get(setup, plan.specs));
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
      conventions: [...samplingConventions(this.#params.sampling), ...plan.said],
      promptMs: generation.promptMs,
      decodeMs: generation.decodeMs,
    };
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
