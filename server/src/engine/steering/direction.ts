import type { DirectionSource, WeightedDirection } from "../../protocol/steering.ts";
import { unembeddingRow } from "../models/unembedding-row.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { steeringProblem } from "./problems.ts";

/**
 * The vector `[d]` of a sum of directions: one direction with the weight 1 is the vector as it is; several, or other weights,
 * are summed as unit vectors.
 * @throws EngineError `direction-unknown`, `vector-width`, `direction-zero`
 */
export function vectorOf(setup: LoadedSetup, terms: WeightedDirection[]): Float32Array {
  if (terms.length === 1 && terms[0].weight === 1) return finite(sourceVector(setup, terms[0].direction));
  const sum = new Float32Array(setup.model.config.dModel);
  for (const { direction, weight } of terms) {
    const vector = unit(sourceVector(setup, direction));
    for (let i = 0; i < sum.length; i++) sum[i] += weight * vector[i];
  }
  return finite(sum);
}

/** A vector of norm 1 in its direction. */
export function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function sourceVector(setup: LoadedSetup, source: DirectionSource): Float32Array {
  const { dModel, vocabulary } = setup.model.config;
  if (source.kind === "vector") {
    assertWidth(source.vector, dModel);
    return source.vector;
  }
  if (source.kind === "token") {
    if (source.id >= 0 && source.id < vocabulary) return unembeddingRow(setup.model, source.id);
    throw steeringProblem(
      "direction-unknown",
      `The model has no token ${source.id}: its vocabulary ends at ${vocabulary - 1}.`,
      "Name a token of this model.",
    );
  }
  if (source.kind === "sum") return vectorOf(setup, source.terms);
  const { sae } = latentOf(setup, source);
  return sae.direction(source.latent).vector;
}

/** @throws EngineError `vector-width` where a vector is not as wide as the residual stream */
export function assertWidth({ length }: Float32Array, dModel: number): void {
  if (length === dModel) return;
  throw steeringProblem(
    "vector-width",
    `A steering vector has ${length} numbers, but the model's residual stream is ${dModel} wide.`,
    "Use a vector that was made for this model.",
  );
}

/** The SAE of a latent, which it must have. */
export function latentOf(setup: LoadedSetup, { sae, latent }: { sae: number; latent: number }) {
  const found = setup.saes[sae];
  if (found && latent >= 0 && latent < found.sae.config.width) return found;
  throw steeringProblem(
    "direction-unknown",
    found
      ? `${setup.description.saes[sae].id} has no latent ${latent}: it has ${found.sae.config.width}.`
      : `The set-up has no SAE ${sae}.`,
    "Name a latent of an SAE of this set-up.",
  );
}

function finite(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  if (Number.isFinite(norm) && norm > 0) return vector;
  throw steeringProblem(
    "direction-zero",
    norm === 0 ? "A steering direction is zero." : "A steering direction is not finite.",
    "Check the vector's file and the weights of the sum.",
  );
}
