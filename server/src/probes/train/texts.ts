import type { ProbeText } from "../../protocol/probes.ts";
import type { Example } from "../data/types.ts";
import type { ProbeSpec } from "../spec/types.ts";

/** A text as the model is to read it for an example. */
export function probeText({ text, span, tokens }: Example, { readAs }: Pick<ProbeSpec, "readAs">): ProbeText {
  const messages = [{ role: readAs === "user" ? "user" : null, text }];
  return { messages, span: tokens || !span ? null : { message: 0, start: span[0], end: span[1] } };
}

/** What of an example is meant: the text that baselines read. */
export function meantText({ text, span }: Example): string {
  return span ? text.slice(span[0], span[1]) : text;
}
