import { ProblemError } from "../../host/problem-error.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { ProbeText } from "../../protocol/probes.ts";
import type { Subject } from "../compare/subject.ts";

/**
 * A prompt with what was written behind it, as a probe's texts were read when it was trained: without a template as one text,
 * else with the sample as the assistant's message (or its rest), whose tokens are meant.
 * @throws ProblemError `rerank-read-as` where the prompt has roles and the probe knows texts without, or the reverse
 */
export function continued(
  { messages, fileName }: Pick<Subject, "messages" | "fileName">,
  sample: string,
  { name, reads }: Pick<SavedProbe, "name" | "reads">,
): ProbeText {
  const last = messages.at(-1);
  const hasRoles = last?.role !== null;
  const unfit = (message: string, remedy: string) =>
    new ProblemError({ code: "rerank-read-as", message, remedy, subject: "probe" });
  if (hasRoles !== (reads.readAs === "user"))
    throw hasRoles
      ? unfit(
          `${fileName} has messages with roles, and the probe “${name}” was trained on texts without.`,
          "Train it with read-as: user, or give a prompt without roles, such as a .txt file.",
        )
      : unfit(
          `${fileName} has no roles, and the probe “${name}” was trained on users' messages in the chat template.`,
          "Train it with read-as: text, or give a prompt with roles.",
        );
  if (!hasRoles) {
    const text = messages.map((it) => it.text).join("") + sample;
    return { messages: [{ role: null, text }], span: null };
  }
  // A prompt that ends within the assistant's message is gone on with there.
  const begun = last?.role === "assistant" ? last.text : "";
  const before = begun === "" ? messages : messages.slice(0, -1);
  return {
    messages: [...before, { role: "assistant", text: begun + sample }],
    span: { message: before.length, start: begun.length, end: begun.length + sample.length },
  };
}
