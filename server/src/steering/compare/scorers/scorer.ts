/** Tells of a text how much of a behaviour it shows. */
export interface Scorer {
  /** Names it in results and plots. */
  name: string;
  /** `share`: scores are 0 or 1. */
  kind: "share" | "mean";
  /** @throws ProblemError where the text cannot be scored */
  score(text: string): number | Promise<number>;
}
