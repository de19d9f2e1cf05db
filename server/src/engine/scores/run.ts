import type { FeatureScoresParams, ScoreFacts } from "../../protocol/scores.ts";
import { EngineError } from "../errors.ts";
import { streamHook } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { OutputScorer } from "./output.ts";

/** Some latents being scored, one pass of the model a step, so that whoever drives it can do other work between steps. */
export class ScoreRun {
  readonly #params: FeatureScoresParams;
  #setupId: string | null = null;
  #from = 0;
  #prompt = 0;
  #raised: { ids: Int32Array; listed: number }[] = [];
  #scores: Float32Array[][] = [];

  constructor(params: FeatureScoresParams) {
    this.#params = params;
  }

  /**
   * @returns false where all is measured
   * @throws EngineError `weights-replaced` where the set-up is no longer the one of the first step, `feature-unknown`
   */
  async step(setup: LoadedSetup, scorer: OutputScorer): Promise<boolean> {
    this.#assertSame(setup);
    if (await scorer.readNext()) return true;
    const { features } = this.#params;
    if (this.#from >= features.length) return false;
    const latents = features.subarray(this.#from, this.#from + scorer.batch);
    if (this.#prompt === 0) {
      this.#raised.push(await scorer.raised(latents));
      this.#scores.push([]);
    }
    const { ids } = this.#raised.at(-1)!;
    this.#scores.at(-1)!.push(await scorer.score(this.#prompt, latents, ids));
    this.#prompt++;
    if (this.#prompt < scorer.prompts.length) return true;
    this.#prompt = 0;
    this.#from += latents.length;
    return true;
  }

  /** What was measured, once {@link step} said that there is no more. */
  finish(setup: LoadedSetup, { prompts }: OutputScorer): ScoreFacts {
    const output = new Float32Array(this.#params.features.length * prompts.length);
    let row = 0;
    for (const parts of this.#scores) {
      parts.forEach((part, p) => {
        part.forEach((score, i) => {
          output[(row + i) * prompts.length + p] = score;
        });
      });
      row += parts[0].length;
    }
    const listed = this.#raised.at(0)?.listed ?? 0;
    const raised = Int32Array.from(this.#raised.flatMap(({ ids }) => [...ids]));
    return { setupId: setup.description.setupId, convention, prompts, reason: null, output, raised, listed };
  }

  #assertSame(setup: LoadedSetup): void {
    const { setupId, saes } = setup.description;
    if (this.#setupId === null) {
      const { id, width } = saes[this.#params.sae];
      const unknown = this.#params.features.find((it) => !(it >= 0 && it < width));
      if (unknown !== undefined)
        throw new EngineError({
          code: "feature-unknown",
          message: `${id} has no latent ${unknown}: its latents are 0 to ${width - 1}.`,
          remedy: "Name one of these.",
          subject: "sae",
        });
      this.#setupId = setupId;
    }
    if (this.#setupId === setupId) return;
    throw new EngineError({
      code: "weights-replaced",
      message: `A file of ${setup.setup.model} or of its SAEs was replaced while latents were scored.`,
      remedy: "Ask again.",
      subject: "model",
    });
  }
}

/** Why latents of an SAE cannot be scored; null where they can. */
export function whyNoScores({ saes }: LoadedSetup, index: number): string | null {
  const { hook } = saes[index].sae;
  return streamHook(hook) === null
    ? `No output score: ${hook} lies before the projection into the residual stream.`
    : null;
}

/** An answer that says only why there are no scores. */
export function noScores(setup: LoadedSetup, reason: string): ScoreFacts {
  const none = { output: new Float32Array(0), raised: new Int32Array(0), listed: 0 };
  return { setupId: setup.description.setupId, convention, prompts: [], reason, ...none };
}

const convention =
  "Output score of Arad et al. 2025: on the last token of a neutral text the latent is raised by ten times the largest activation there, the SAE's error kept; (1 − rank / vocabulary) · p of the likeliest of the 20 tokens that its decoder row raises most (logit lens), averaged over the texts.";
