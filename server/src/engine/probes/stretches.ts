import type { MessageInput } from "../../protocol/engine.ts";
import type { RunnableProbe } from "../../protocol/probe-file.ts";
import type { EncodedPrompt } from "../text/text-model.ts";

/** A part of a document of which a probe says one thing. */
export interface Stretch {
  message: number;
  start: number;
  end: number;
  /** Its tokens, the last one of which may be a template's. */
  tokens: number[];
  last: number;
}

const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

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

/** The sentences of the texts that were split last: several probes read the same ones. */
const split = new Map<string, readonly Sentence[]>();
const mostSplit = 16;

interface Sentence {
  start: number;
  end: number;
}

/** Sentences of a text without the white space around them. */
export function sentencesOf(text: string): readonly Sentence[] {
  const known = split.get(text);
  if (known) return known;
  const found = splitText(text);
  split.set(text, found);
  if (split.size > mostSplit) split.delete(split.keys().next().value as string);
  return found;
}

function splitText(text: string): Sentence[] {
  return [...sentences.segment(text)].flatMap(({ segment, index }) => {
    const trimmed = segment.trim();
    if (trimmed === "") return [];
    const start = index + segment.indexOf(trimmed);
    return [{ start, end: start + trimmed.length }];
  });
}
