import { type Decomposed, type DecomposeParams, MOST_ATOMS } from "../../protocol/decompose.ts";
import type { LoadedSae } from "../analyse/context.ts";
import type { Sae } from "../saes/sae.ts";
import { replacedDuring } from "../scan/replaced.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { ContrastLatents } from "./contrast-latents.ts";
import { type DirectFacts, directFacts } from "./direct-facts.ts";
import { steeringProblem } from "./problems.ts";
import { Pursuit } from "./pursuit.ts";

/**
 * Tells a steering vector in an SAE's latents, in steps: what the encoder makes of it, with the figures that say why this
 * misleads (“Can sparse autoencoders be used to decompose and interpret steering vectors?”, Mayne et al. 2024: its norm is not
 * that of a residual, so that the encoder's bias decides, and its negative projections are dropped), then {@link Pursuit}, an
 * atom a step.
 */
export class Decomposition {
  readonly #params: DecomposeParams;
  #setupId: string | null = null;
  #facts: DirectFacts | null = null;
  #contrast: ContrastLatents | null = null;
  #pursuit: Pursuit | null = null;

  constructor(params: DecomposeParams) {
    this.#params = params;
  }

  /**
   * Does the next step, if there is one.
   * @returns false where all is done
   * @throws EngineError `weights-replaced` where the set-up is no longer the one of the first step, `direction-unknown` where it
   * has no such SAE, `vector-width`, `direction-zero`, `atoms-invalid`
   */
  async step(setup: LoadedSetup): Promise<boolean> {
    this.#setupId ??= setup.description.setupId;
    if (this.#setupId !== setup.description.setupId) throw replacedDuring(setup.setup.model);
    const { vector, contrast, atoms } = this.#params;
    const { sae } = this.#sae(setup);
    if (!this.#facts) {
      this.#assertUsable(setup, sae);
      this.#facts = await directFacts(setup, sae, vector);
      this.#contrast = contrast && new ContrastLatents(contrast, sae.config.width);
      return true;
    }
    if (await this.#contrast?.step(sae)) return true;
    this.#pursuit ??= new Pursuit(
      {
        products: (x) => sae.products(x),
        row: (latent) => sae.decoderRows(latent, latent + 1),
        norms: sae.decoderNorms(),
      },
      vector,
    );
    return this.#pursuit.latents.length < atoms && this.#pursuit.step();
  }

  finish(setup: LoadedSetup): Decomposed {
    const { latents, coefficients, residuals } = this.#pursuit as Pursuit;
    const facts = this.#facts as DirectFacts;
    return {
      setupId: setup.description.setupId,
      ...facts,
      contrast: this.#contrast?.result(facts.direct) ?? null,
      pursuit: {
        latents: Int32Array.from(latents),
        coefficients: Float32Array.from(coefficients),
        residuals: Float32Array.from(residuals),
      },
    };
  }

  #sae(setup: LoadedSetup): LoadedSae {
    const found = setup.saes[this.#params.sae];
    if (found) return found;
    const remedy = "Name an SAE of this set-up.";
    throw steeringProblem("direction-unknown", `The set-up has no SAE ${this.#params.sae}.`, remedy);
  }

  #assertUsable(setup: LoadedSetup, sae: Sae): void {
    const { vector, contrast, atoms } = this.#params;
    const d = sae.config.dIn;
    if (vector.length !== d)
      throw steeringProblem(
        "vector-width",
        `The steering vector has ${vector.length} numbers, but ${setup.description.saes[this.#params.sae].id} reads ${d}.`,
        "Use a vector that was made for this model and hook point.",
      );
    const norm = Math.hypot(...vector);
    if (!(norm > 0 && Number.isFinite(norm)))
      throw steeringProblem("direction-zero", "The steering vector is zero or not finite.", "Make it again.");
    const rows = contrast ? [contrast.positive, contrast.negative] : [];
    if (rows.some((it) => it.length === 0 || it.length % d !== 0))
      throw steeringProblem(
        "vector-width",
        "A side of the contrast has no whole rows.",
        "Pool the texts again.",
      );
    if (!(Number.isInteger(atoms) && atoms >= 1 && atoms <= MOST_ATOMS))
      throw steeringProblem(
        "atoms-invalid",
        `${atoms} is no number of atoms.`,
        `Name one from 1 to ${MOST_ATOMS}.`,
      );
  }
}
