import type { FeatureTarget } from "../../server/src/protocol/requests.ts";

/** The features that were looked at one after the other, as a browser keeps its pages. */
export class FeatureHistory {
  #seen: FeatureTarget[] = [];
  #at = -1;

  get now(): FeatureTarget | undefined {
    return this.#seen[this.#at];
  }

  get canGoBack(): boolean {
    return this.#at > 0;
  }

  get canGoForward(): boolean {
    return this.#at < this.#seen.length - 1;
  }

  /** Goes to a feature; what lay ahead is forgotten. */
  go(target: FeatureTarget): void {
    const now = this.now;
    if (now && now.uri === target.uri && now.sae === target.sae && now.feature === target.feature) return;
    this.#seen = [...this.#seen.slice(0, this.#at + 1), target];
    this.#at = this.#seen.length - 1;
  }

  back(): void {
    if (this.canGoBack) this.#at--;
  }

  forward(): void {
    if (this.canGoForward) this.#at++;
  }
}
