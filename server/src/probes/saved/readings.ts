import type { DocumentAnalysis } from "../../analysis/document.ts";
import { documentRange } from "../../analysis/prompts/index.ts";
import type { Range } from "../../protocol/inspect.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";

/** What a probe says of one stretch of a document, or of one token. */
export interface Reading {
  /** UTF-16 offsets in the document, and the same as lines and columns. */
  start: number;
  end: number;
  range: Range;
  text: string;
  /** The class that it tells, or the number as text. */
  told: string;
  /** Index of that class; 0 of a number. */
  output: number;
  /** Of two classes the probability of the positive one, of more that of the class told; the number of numbers. */
  score: number;
  /** All that it gives. */
  scores: number[];
  /** Set where a probe that may abstain does. */
  abstains?: true;
}

/** What a probe says of an analysed document: of its sentences, or of tokens where it was trained on those. */
export function readingsOf(document: DocumentAnalysis, path: string, saved: SavedProbe): Reading[] {
  const scores = document.analysis.probes.find((it) => it.path === path);
  if (!scores) return [];
  const { outputs, tokens, stretches } = scores;
  if (saved.reads.level === "token" && tokens)
    return [...document.visible].flatMap((t) => {
      const own = [...tokens.subarray(t * outputs, (t + 1) * outputs)];
      return Number.isNaN(own[0])
        ? []
        : [reading(document, document.starts[t], document.ends[t], own, saved)];
    });
  return [...stretches.message.keys()].map((i) => {
    const message = document.prompt.messages[stretches.message[i]];
    const { start, end } = documentRange(message, stretches.start[i], stretches.end[i]);
    const own = [...stretches.scores.subarray(i * outputs, (i + 1) * outputs)];
    const said = reading(document, start, end, own, saved);
    return stretches.abstains[i] ? { ...said, abstains: true as const } : said;
  });
}

function reading(
  { lines }: DocumentAnalysis,
  start: number,
  end: number,
  scores: number[],
  { target }: SavedProbe,
): Reading {
  const place = { start, end, range: lines.range(start, end), text: lines.text.slice(start, end), scores };
  if (target.type === "number")
    return { ...place, told: scores[0].toPrecision(3), output: 0, score: scores[0] };
  const output = scores.indexOf(Math.max(...scores));
  const score = scores.length === 2 ? scores[1] : scores[output];
  return { ...place, told: target.names[output], output, score };
}
