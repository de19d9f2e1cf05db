import { EngineError } from "../errors.ts";

/** What ends a long reading of texts during which a file behind the set-up was replaced: half of it would be of each. */
export function replacedDuring(model: string): EngineError {
  return new EngineError({
    code: "weights-replaced",
    message: `A file of ${model} or of its SAEs was replaced during the scan.`,
    remedy: "Begin anew; a scan goes into a new store.",
    subject: "model",
  });
}
