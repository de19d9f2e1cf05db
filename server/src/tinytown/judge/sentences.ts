/** A sentence of a text, without white space around it; offsets are UTF-16. */
export interface Sentence {
  start: number;
  end: number;
}

/** Splits at full stops, question and exclamation marks, line ends and the markers of a chat. */
export function sentencesOf(text: string): Sentence[] {
  const blanked = text.replace(/<\|im_start\|>(?:system|user|assistant)\n|<\|im_end\|>/g, (tag) =>
    "\n".repeat(tag.length),
  );
  // A closing quotation mark belongs to its sentence, and so does what a small letter continues ("… !" said Anna).
  const ends = /[.!?]+(?:["”»])?(?=\s+(?!\p{Ll})|$)|\n+|$/gu;
  const sentences: Sentence[] = [];
  let start = 0;
  for (const { index, 0: mark } of blanked.matchAll(ends)) {
    const end = index + mark.trimEnd().length;
    const written = blanked.slice(start, end);
    const from = start + (written.length - written.trimStart().length);
    if (/[\p{L}\p{N}]/u.test(written)) sentences.push({ start: from, end: start + written.trimEnd().length });
    start = index + mark.length;
  }
  return sentences;
}
