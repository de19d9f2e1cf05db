const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

export interface Sentence {
  start: number;
  end: number;
}

/** Where a text's segments begin, and their sentences. */
interface Split {
  breaks: readonly number[];
  sentences: readonly Sentence[];
}

/** The texts that were split last: several probes read the same ones, and a new one is mostly an old one with a word more. */
const known = new Map<string, Split>();
const most = 16;

/** Sentences of a text (Unicode's) without the white space around them. */
export function sentencesOf(text: string): readonly Sentence[] {
  const before = known.get(text);
  if (before) return before.sentences;
  const split = splitText(text);
  known.set(text, split);
  if (known.size > most) known.delete(known.keys().next().value as string);
  return split.sentences;
}

/**
 * Splits from where a text that was split before, and begins the same, surely ends a sentence: whether one ends there depends on
 * what follows up to the end of the next, and on nothing behind that (Unicode Standard Annex 29, rule SB8).
 */
function splitText(text: string): Split {
  let [from, breaks, sentences]: [number, number[], Sentence[]] = [0, [], []];
  for (const [other, split] of known) {
    const last = lastSure(text, other, split.breaks);
    if (last <= from) continue;
    from = last;
    breaks = split.breaks.filter((it) => it < from);
    sentences = split.sentences.filter(({ start }) => start < from);
  }
  for (const { segment, index } of segmenter.segment(text.slice(from))) {
    breaks.push(from + index);
    const trimmed = segment.trim();
    if (trimmed === "") continue;
    const start = from + index + segment.indexOf(trimmed);
    sentences.push({ start, end: start + trimmed.length });
  }
  return { breaks, sentences };
}

/** The last break of the other text behind which a whole segment is the same in both. */
function lastSure(text: string, other: string, breaks: readonly number[]): number {
  const length = Math.min(text.length, other.length);
  let common = 0;
  while (common < length && text.charCodeAt(common) === other.charCodeAt(common)) common++;
  let k = breaks.length - 1;
  while (k > 0 && breaks[k] > common) k--;
  return k > 0 ? breaks[k - 1] : 0;
}
