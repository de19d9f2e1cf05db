import { compareActivations } from "./compare-activations.ts";
import { compareWeights } from "./compare-weights.ts";
import type { ImportEngine, Target } from "./import.ts";
import type { NpActivation, NpFeature } from "./neuronpedia-records.ts";
import { mismatch } from "./problems.ts";
import type { Survey } from "./survey.ts";

/** How many of some records agree with what the engine computes; `example` is one that does not. */
export interface Agreement {
  what: string;
  compared: number;
  agree: number;
  example: string | null;
  /** Median of theirs over ours, where both are numbers of one kind. */
  scale: number | null;
}

/** SAEs of one hook point have some directions in common: those of tinytown a third, by chance none has this many. */
const neededShare = 0.75;

/**
 * Compares some records of an import with what the engine computes.
 * @returns what was compared, a sentence each
 * @throws ProblemError `import-mismatch` where fewer than three quarters agree
 */
export function verify(engine: ImportEngine, found: Survey, target: Target): Promise<string[]> {
  return verifyWith(engine, found.someFeatures, found.someActivations, target, found.highest);
}

/** The same for what is no bulk file. */
export async function verifyWith(
  engine: ImportEngine,
  features: NpFeature[],
  activations: NpActivation[],
  target: Target,
  highest: number,
): Promise<string[]> {
  const [{ id, hook, width }] = target.description.saes;
  const said = [`Its highest latent is ${highest}, and ${id} at ${hook} has ${width}.`];
  const agreements = [
    await compareWeights(engine, features, target),
    await compareActivations(engine, activations, target),
  ].filter(({ compared }) => compared > 0);
  for (const { what, compared, agree, example, scale } of agreements) {
    const sentence = `${what} of ${agree} of ${compared} latents agree with those of ${id}.`;
    if (agree < neededShare * compared) throw mismatch(example ? `${sentence} ${example}` : sentence);
    const other = scale !== null && Math.abs(scale - 1) > 0.02;
    said.push(other ? `${sentence} They are ${scale.toPrecision(3)} times ours.` : sentence);
  }
  if (agreements.length === 0)
    said.push(
      "Nothing in it could be compared with computed numbers: it may be of another SAE at this hook point.",
    );
  return said;
}
