import type { MessageInput } from "../../protocol/engine.ts";
import type { RunnableProbe } from "../../protocol/probe-file.ts";
import type { EncodedPrompt } from "../text/text-model.ts";
import { sentencesOf } from "./sentences.ts";

/** A part of a document of which a probe says one thing. */
export interface Stretch {
  message: number;
  start: number;
  end: number;
  /** Its tokens, the last one of which may be a template's. */
  tokens: number[];
  last: number;
}

/**
 * The parts of a document that a probe was trained on the like of: none for one that speaks of tokens; the whole prompt, unless it
 * was cut, for one that read users' messages at the end of the template; else sentences (Unicode's, and line breaks end them).
 * @param length tokens that were analysed
 */
export function stretchesFor(
  { reads }: Pick<RunnableProbe, "reads">,
  messages: readonly MessageInput[],
  { spans }: EncodedPrompt,
  length: number,
): Stretch[] {
  if (reads.level === "token") return [];
  const isWhole = reads.readAs === "user" && reads.level === "text" && reads.position === "last";
  // Of a prompt that was cut nothing stands at the template's end.
  if (isWhole && length < spans.message.length) return [];
  const parts = isWhole
    ? wholePrompt(messages)
    : messages.flatMap(({ text }, message) => sentencesOf(text).map((it) => ({ message, ...it })));
  const stretches: Stretch[] = [];
  let from = 0;
  for (const part of parts) {
    const tokens: number[] = [];
    for (let t = from; t < length; t++) {
      if (spans.message[t] !== part.message) continue;
      if (spans.start[t] >= part.end) break;
      if (spans.end[t] > part.start) tokens.push(t);
    }
    if (tokens.length === 0) continue;
    from = tokens[0];
    const last = isWhole ? length - 1 : tokens[tokens.length - 1];
    stretches.push({ ...part, tokens, last });
  }
  return stretches;
}

function wholePrompt(messages: readonly MessageInput[]) {
  const message = messages.length - 1;
  return message < 0 ? [] : [{ message, start: 0, end: messages[message].text.length }];
}

/** {@link stretchesFor} of one document, made once for all probes that were trained on the like. */
export function sharedStretches(
  messages: readonly MessageInput[],
  prompt: EncodedPrompt,
  length: number,
): (probe: Pick<RunnableProbe, "reads">) => Stretch[] {
  const made = new Map<string, Stretch[]>();
  return (probe) => {
    const { level, readAs, position } = probe.reads;
    const key = `${level} ${readAs} ${position === "last"}`;
    const stretches = made.get(key) ?? stretchesFor(probe, messages, prompt, length);
    made.set(key, stretches);
    return stretches;
  };
}
