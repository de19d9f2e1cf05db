import type { ScanIdentity } from "../protocol/scan.ts";
import { differenceOfWeights } from "../store/identity.ts";
import type { StoreReader } from "../store/reader.ts";
import { explainProblem } from "./problems.ts";

/**
 * Examples of other weights would give labels of other latents.
 * @param s the SAE's place in `now`
 * @throws ProblemError `store-other`
 */
export function requireSameWeights({ identity, path }: StoreReader, now: ScanIdentity, s: number): void {
  const difference = differenceOfWeights(identity, { model: now.model, saes: [now.saes[s]] });
  if (difference)
    throw explainProblem(
      "store-other",
      `The examples in ${path} were found with ${difference}.`,
      "Scan a corpus with the weights in use.",
    );
}
