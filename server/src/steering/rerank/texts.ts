import { ProblemError } from "../../host/problem-error.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { ProbeText } from "../../protocol/probes.ts";
import type { Subject } from "../compare/subject.ts";

/**
 * A prompt with what was written behind it, as a probe's texts were read when it was trained: without a template as one text,
 * else with the sample as the assistant's message, whose tokens are meant.
 * @throws ProblemError `rerank-read-as` where the prompt has roles and the probe knows texts without
 */
export function continued(
  { messages, fileName }: Pick<Subject, "messages" | "fileName">,
  sample: string,
  { name, reads }: Pick<SavedProbe, "name" | "reads">,
): ProbeText {
  const last = messages.at(-1);
  if (last?.role === null) {
    const text = messages.map((it) => it.text).join("") + sample;
    return { messages: [{ role: null, text }], span: null };
  }
  if (reads.readAs === "user")
    return {
      messages: [...messages, { role: "assistant", text: sample }],
      span: { message: messages.length, start: 0, end: sample.length },
    };
  throw new ProblemError({
    code: "rerank-read-as",
    message: `${fileName} has messages with roles, and the probe “${name}” was trained on texts without.`,
    remedy: "Train it with readAs: user, or give a prompt without roles.",
    subject: "probe",
  });
}
