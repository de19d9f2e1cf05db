import { wordsOf } from "./terms.ts";

/** Texts that must have a word so that its label can be learnt. */
const fewest = 5;

/**
 * A word for each text, as a number: the rarest of its words that at least five of the texts learnt from have, the first of several.
 * It stands in for the word that is read where texts end alike, so that whole texts have a control task too: which words a sentence
 * has can be read from what a model makes of it (“word content”, Conneau et al. 2018), so a label drawn for each word can be learnt by
 * heart and in no other way (Hewitt and Liang 2019). A label drawn for each text could not be told of any other text, and would show a
 * selectivity whatever the probe.
 * @param train numbers of the texts learnt from
 * @returns `[texts]` from 0; a text without such a word has a negative number of its own
 */
export function keyWords(texts: readonly string[], train: ArrayLike<number>): Int32Array {
  const words = texts.map((text) => new Set(wordsOf(text)));
  const counts = new Map<string, number>();
  for (let i = 0; i < train.length; i++)
    for (const word of words[train[i]]) counts.set(word, (counts.get(word) ?? 0) + 1);
  const numbers = new Map<string, number>();
  return Int32Array.from(words, (own, i) => {
    let rarest: string | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const word of own) {
      const count = counts.get(word) ?? 0;
      if (count >= fewest && count < least) [rarest, least] = [word, count];
    }
    if (rarest === null) return -1 - i;
    const known = numbers.get(rarest) ?? numbers.size;
    numbers.set(rarest, known);
    return known;
  });
}
