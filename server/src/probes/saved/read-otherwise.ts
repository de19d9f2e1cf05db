import type { DocumentAnalysis } from "../../analysis/document.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";

/**
 * How a document is read otherwise than the texts that a probe learnt from, and what can be done: a message with roles goes through
 * the model's chat template, a plain text does not. Null where both were read the same way.
 */
export function readOtherwise(
  { prompt, analysis }: Pick<DocumentAnalysis, "prompt" | "analysis">,
  { reads }: Pick<SavedProbe, "reads">,
): string | null {
  const hasRoles = prompt.messages.some(({ role }) => role !== null);
  const isTemplated = hasRoles && !analysis.warnings.some(({ code }) => code === "no-chat-template");
  if (reads.readAs === "text" && isTemplated)
    return "The probe learnt from texts read as they are, and this is read inside the model's chat template, so its scores may differ. A .txt file is read as it is.";
  if (reads.readAs === "user" && !hasRoles)
    return "The probe learnt from users' messages, and this text has no roles, so its scores may differ. A .prompt file is read as a user's message.";
  return null;
}
