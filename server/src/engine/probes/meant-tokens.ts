import type { TokenSpans } from "../../protocol/engine.ts";
import type { ProbeText } from "../../protocol/probes.ts";

/**
 * Which tokens of a text a probe is to read: those that share a character with the span; without one those of the text's own
 * messages. Tokens that a template adds are never among them.
 */
export function meantTokens(spans: TokenSpans, span: ProbeText["span"]): number[] {
  const meant: number[] = [];
  for (let t = 0; t < spans.message.length; t++) {
    if (spans.message[t] < 0) continue;
    if (span === null) meant.push(t);
    else if (spans.message[t] === span.message && spans.start[t] < span.end && spans.end[t] > span.start)
      meant.push(t);
  }
  return meant;
}

/** The token that {@link ProbePosition} `last` means: the span's last, or the last of all that the model is given. */
export function lastToken(meant: number[], span: ProbeText["span"], tokens: number): number {
  return span === null ? tokens - 1 : meant[meant.length - 1];
}
