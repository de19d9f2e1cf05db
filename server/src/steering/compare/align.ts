import type { Aligned, TextPart } from "../../protocol/compare.ts";

/** Words of a text that are laid over another's; the rest counts as other, so that work and memory stay bounded. */
const MOST_WORDS = 2_000;

/** Lays two texts over each other by their longest common row of words; white space belongs to the word behind it. */
export function align(base: string, steered: string): Aligned {
  const [a, b] = [wordsOf(base), wordsOf(steered)];
  const [n, m] = [Math.min(a.length, MOST_WORDS), Math.min(b.length, MOST_WORDS)];
  // longest[i][j]: common words of a from i on and b from j on.
  const width = m + 1;
  const longest = new Uint16Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i].trim() === b[j].trim()
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  const parts: Aligned = { base: [], steered: [] };
  let [i, j] = [0, 0];
  while (i < n && j < m) {
    if (a[i].trim() === b[j].trim()) {
      add(parts.base, a[i++], true);
      add(parts.steered, b[j++], true);
    } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) add(parts.base, a[i++], false);
    else add(parts.steered, b[j++], false);
  }
  for (; i < a.length; i++) add(parts.base, a[i], false);
  for (; j < b.length; j++) add(parts.steered, b[j], false);
  return parts;
}

/** A text cut before each white space: joined they are the text. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}

function add(parts: TextPart[], text: string, same: boolean): void {
  const last = parts.at(-1);
  if (last?.same === same) last.text += text;
  else parts.push({ text, same });
}
