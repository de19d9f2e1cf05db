/** A stretch of the corpus as a judge reads it. */
export interface Passage {
  /** Texts of consecutive tokens, and the latent's activation on each, in the SAE's own units. */
  tokens: string[];
  activations: number[];
  /** The store's window that it stands in. */
  window: number;
}

/** The largest activation in a passage. */
export function strengthOf({ activations }: Passage): number {
  return Math.max(0, ...activations);
}

export function textOf({ tokens }: Passage): string {
  return tokens.join("");
}

/** Places of the tokens that the latent fires on. */
export function firingPlaces({ activations }: Passage): number[] {
  return activations.flatMap((activation, i) => (activation > 0 ? [i] : []));
}

/** The text on one line with the tokens at some places between << and >>; neighbours share one pair. */
export function markedText({ tokens }: Pick<Passage, "tokens">, places: readonly number[]): string {
  const marked = new Set(places);
  const parts = tokens.map((token, i) => {
    const opens = marked.has(i) && !marked.has(i - 1);
    const closes = marked.has(i) && !marked.has(i + 1);
    return `${opens ? "<<" : ""}${token}${closes ? ">>" : ""}`;
  });
  return onOneLine(parts.join(""));
}

/** A text of several lines as one, so that a list of texts keeps a line each. */
export function onOneLine(text: string): string {
  return text.replace(/\r?\n/g, "⏎");
}
