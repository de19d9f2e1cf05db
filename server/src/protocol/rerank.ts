/** Samples that a probe ranks, and the one that is taken. */
import type { Figure } from "./probe-report.ts";

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
  /** What speaks against the probe, in a few words; null where nothing does. */
  doubt: string | null;
  /** One a sample, in their order; null of one that could not be read, which is never taken. */
  samples: (RankedSample | null)[];
}

/** How much of a behaviour the sample that is taken shows, beside any sample. */
export interface TakenBehaviour {
  /** Mean score of all samples. */
  mean: number;
  /** The score that is expected of the sample that is taken: Σ weight · score. */
  expected: number;
  /** `expected` − `mean`, with its 95 % interval by the bootstrap over these samples. */
  gain: Figure;
  /** The score of the one that was taken. */
  chosen: number;
}

/** Both sides of a comparison, ranked by the same probe. */
export interface ComparedReranking {
  base: Reranking;
  steered: Reranking;
  /** Of what the comparison's `behaviour` scores; null where nothing is scored. */
  behaviour: { base: TakenBehaviour; steered: TakenBehaviour } | null;
}
