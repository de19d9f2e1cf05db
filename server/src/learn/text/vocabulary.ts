import { type SparseMatrix, sparseOf } from "../sparse.ts";
import { type TermOptions, termsOf } from "./terms.ts";

export interface VocabularyOptions extends TermOptions {
  /** How many terms are known at most: those that occur most often, the first of the alphabet where some occur as often. */
  readonly most: number;
  /**
   * `counts` of each term; or `tfidf`: counts times ln((1 + n) / (1 + texts with it)) + 1, each text at length 1 (scikit-learn's
   * `TfidfVectorizer`).
   */
  readonly weighting: "counts" | "tfidf";
}

/** The terms known from some texts, and their weights. */
export interface Vocabulary {
  readonly terms: readonly string[];
  /** `[terms]` ln((1 + n) / (1 + texts with it)) + 1. */
  readonly rarity: Float64Array;
  /** `[texts, terms]`; terms not known are passed over. */
  read(texts: readonly string[]): SparseMatrix;
}

export function vocabularyOf(texts: readonly string[], options: VocabularyOptions): Vocabulary {
  const counts = new Map<string, { times: number; texts: number; last: number }>();
  texts.forEach((text, i) => {
    for (const term of termsOf(text, options)) {
      const known = counts.get(term);
      if (!known) counts.set(term, { times: 1, texts: 1, last: i });
      else {
        known.times++;
        if (known.last !== i) known.texts++;
        known.last = i;
      }
    }
  });
  const all = [...counts].sort((a, b) => b[1].times - a[1].times || (a[0] < b[0] ? -1 : 1));
  const kept = all.slice(0, options.most);
  const rarity = Float64Array.from(kept, ([, of]) => Math.log((1 + texts.length) / (1 + of.texts)) + 1);
  return vocabularyOfTerms(
    kept.map(([term]) => term),
    rarity,
    options,
  );
}

/** A vocabulary out of what is kept of it. @param rarity `[terms]` */
export function vocabularyOfTerms(
  terms: readonly string[],
  rarity: Float64Array,
  options: TermOptions & Pick<VocabularyOptions, "weighting">,
): Vocabulary {
  const columnOf = new Map(terms.map((term, column) => [term, column]));
  return {
    terms,
    rarity,
    read: (others) => {
      const rows = others.map((text) => rowOf(text, options, columnOf));
      if (options.weighting === "tfidf") for (const row of rows) weigh(row, rarity);
      return sparseOf(rows, terms.length);
    },
  };
}

function rowOf(text: string, options: TermOptions, columnOf: Map<string, number>): Map<number, number> {
  const row = new Map<number, number>();
  for (const term of termsOf(text, options)) {
    const column = columnOf.get(term);
    if (column !== undefined) row.set(column, (row.get(column) ?? 0) + 1);
  }
  return row;
}

function weigh(row: Map<number, number>, rarity: Float64Array): void {
  let size = 0;
  for (const [column, count] of row) size += (count * rarity[column]) ** 2;
  for (const [column, count] of row) row.set(column, (count * rarity[column]) / Math.sqrt(size));
}
