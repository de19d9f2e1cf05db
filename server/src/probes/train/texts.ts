import type { ProbeText } from "../../protocol/probes.ts";
import type { Example } from "../data/types.ts";
import type { ProbeSpec } from "../spec/types.ts";

/** A text as the model is to read it for an example. */
export function probeText({ text, span, tokens }: Example, { readAs }: Pick<ProbeSpec, "readAs">): ProbeText {
  const messages = [{ role: readAs === "user" ? "user" : null, text }];
  return { messages, span: tokens || !span ? null : { message: 0, start: span[0], end: span[1] } };
}

/** What baselines read of some examples, `[examples]`. */
export interface BaselineTexts {
  /** The stretch or the token that is meant, else the text. */
  meant: string[];
  /** What the model read of it: the text up to its end, of a long one the end; null where that is the same. */
  before: string[] | null;
}

/** Characters of a text before the end of what is meant that baselines read at most. */
const mostBefore = 2_000;

/** @param places `[examples · 2]` at token level: offsets of the tokens; null: spans say what is meant */
export function baselineTexts(
  examples: readonly Pick<Example, "text" | "span">[],
  places: ArrayLike<number> | null,
): BaselineTexts {
  const ends = examples.map(({ text, span }, i): readonly [number, number] =>
    places ? [places[2 * i], places[2 * i + 1]] : (span ?? [0, text.length]),
  );
  const meant = examples.map(({ text }, i) => text.slice(...ends[i]));
  const isPart = examples.some(({ span }, i) => places !== null || (span !== null && ends[i][0] > 0));
  const before = ({ text }: Pick<Example, "text">, i: number) => {
    const [start, end] = ends[i];
    return text.slice(Math.max(0, Math.min(start, end - mostBefore)), end);
  };
  return { meant, before: isPart ? examples.map(before) : null };
}
