import { textInputs } from "../../learn/data.ts";
import type { MessageInput } from "../../protocol/engine.ts";
import type { ProbeScores } from "../../protocol/probe-file.ts";
import type { OpenedProbe } from "./opened-probe.ts";
import { packed, type ReadDocument } from "./score-document.ts";

/** What a probe that reads texts alone says of a document: of its sentences, or of what each token stands for. */
export function scoreTexts(
  { path, probe, fit }: OpenedProbe,
  messages: readonly MessageInput[],
  { prompt, length, stretches: stretchesOf }: ReadDocument,
): ProbeScores {
  const { outputs } = fit;
  const tell = (texts: string[]) => Float32Array.from(fit.predict(textInputs(texts)));
  const stretches = stretchesOf(probe);
  const scores = tell(stretches.map(({ message, start, end }) => messages[message].text.slice(start, end)));
  const said = stretches.map((_, i) => ({
    scores: scores.subarray(i * outputs, (i + 1) * outputs),
    abstains: false,
  }));
  let tokens: Float32Array | null = null;
  if (probe.reads.level === "token") {
    const { message, start, end } = prompt.spans;
    const read = Array.from({ length }, (_, t) => t).filter((t) => t > 0 && message[t] >= 0);
    const own = tell(read.map((t) => messages[message[t]].text.slice(start[t], end[t])));
    tokens = new Float32Array(length * outputs).fill(Number.NaN);
    for (const [i, t] of read.entries())
      tokens.set(own.subarray(i * outputs, (i + 1) * outputs), t * outputs);
  }
  return { path, outputs, tokens, stretches: packed(stretches, said, outputs) };
}
