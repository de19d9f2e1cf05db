import { EngineError } from "../errors.ts";
import type { TensorRef } from "./tensor.ts";

/** What to say where files are no longer those whose headers were read; at least one. */
export function replaced(files: string[], subject: TensorRef["subject"]): EngineError {
  return new EngineError({
    code: "weights-replaced",
    message: `${files.join(", ")} changed while in use.`,
    remedy: "The file is loaded again with the next analysis.",
    subject,
    path: files[0],
  });
}
