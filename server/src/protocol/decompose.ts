/** What the engine is asked when a steering vector is to be told in an SAE's latents, and what it answers. */
import type { Setup } from "./engine.ts";

export interface DecomposeParams extends Setup {
  /** `[d]` */
  vector: Float32Array;
  /** Place of the SAE in {@link Setup.saes}. */
  sae: number;
  /** Atoms of the pursuit at most; at most {@link MOST_ATOMS}. */
  atoms: number;
  /** Residuals `[p × d]` and `[q × d]` whose means' difference the vector is, where they are known. */
  contrast: { positive: Float32Array; negative: Float32Array } | null;
}

export const MOST_ATOMS = 256;

/** What an SAE's encoder makes of a vector; strongest first. */
export interface DirectEncoding {
  latents: Int32Array;
  activations: Float32Array;
  /** Of the vector with what these latents add up to, without the decoder's bias; 0 where none fires. */
  cosine: number;
  /** ‖v − v̂‖² / ‖v‖², v̂ the whole reconstruction with the decoder's bias. */
  fvu: number;
  /** ‖v − Σ‖² / ‖v‖², Σ what the latents add up to without the decoder's bias. */
  fvuWithoutBias: number;
}

export interface Decomposed {
  setupId: string;
  /** ‖v‖, and the usual norm of what the SAE was made for. */
  norm: number;
  medianNorm: number;
  /** The vector as it is, and scaled to the usual norm. */
  direct: DirectEncoding;
  scaled: DirectEncoding;
  /** How many latents of `direct` fire on the zero vector as well: the encoder's bias alone makes them. */
  alsoOnZero: number;
  /** How many latents of `direct` are among those of `scaled`. */
  alsoScaled: number;
  /** Projections v·d̂ on the unit decoder directions: which share of Σ(v·d̂)² is of negative ones, and the ten most negative. */
  negative: { share: number; latents: Int32Array; cosines: Float32Array };
  /**
   * Mean activation on the positive residuals minus that on the negative ones: the latents with the largest differences,
   * at most 100, largest first; their cosine with `direct` over all latents; and how many of `direct` are among as many of
   * the largest.
   */
  contrast: { latents: Int32Array; differences: Float32Array; cosine: number; shared: number } | null;
  /** Gradient pursuit over the unit decoder directions and their negatives, in the order in which they were found. */
  pursuit: {
    latents: Int32Array;
    /** Of unit directions, in the units of the residual, after the last atom. */
    coefficients: Float32Array;
    /** `[atoms + 1]` ‖v − Σ‖ / ‖v‖ with the first 0, 1, … atoms. */
    residuals: Float32Array;
  };
}
