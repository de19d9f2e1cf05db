/** Samples that a probe ranks, and the one that is taken. */

/** Which probe, and how sharply: `softmax(q / beta)`. */
export interface RerankWish {
  /** Name of a trained probe, or the path of its file. */
  probe: string;
  /** 0 takes the best. */
  beta: number;
}

export interface RankedSample {
  /** What the probe says of prompt and sample: its number, or of two classes the log-odds of the second. */
  q: number;
  /** Probability with which it is taken. */
  weight: number;
  chosen: boolean;
}

export interface Reranking {
  /** The probe's file. */
  probe: string;
  beta: number;
  /** One a sample, in their order; null of one that could not be read, which is never taken. */
  samples: (RankedSample | null)[];
}
