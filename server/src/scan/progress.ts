/** How far a scan is. */
export interface ScanProgress {
  stage: "weights" | "corpus" | "index" | "scores";
  /** Of the stage, from 0 to 1. */
  share: number;
  tokens: number;
  /** Of this run; null before the first shard is done. */
  tokensPerSecond: number | null;
  secondsLeft: number | null;
}

/** Turns what is done into shares and the time left. */
export class ProgressMeter {
  readonly #bytes: number;
  readonly #maxTokens: number | null;
  readonly #report: (progress: ScanProgress) => void;
  #tokens: number;
  #added = 0;
  #started: number | null = null;
  #last = 0;
  #shareBefore = 0;

  /** @param tokens that were scanned before this run */
  constructor(
    bytes: number,
    maxTokens: number | null,
    tokens: number,
    report: (progress: ScanProgress) => void,
  ) {
    this.#bytes = bytes;
    this.#maxTokens = maxTokens;
    this.#tokens = tokens;
    this.#report = report;
  }

  /** Time from the beginning of the first shard of this run to the end of the last. */
  get seconds(): number {
    return this.#started === null ? 0 : (this.#last - this.#started) / 1000;
  }

  weights(share: number): void {
    this.#stage("weights", share);
    this.#restart();
  }

  /** A shard that the store holds already. */
  skipped(bytes: number): void {
    this.#shareBefore = this.#share(bytes);
    this.#restart();
  }

  merged(bytes: number, tokens: number): void {
    this.#tokens += tokens;
    this.#added += tokens;
    this.#started ??= performance.now();
    this.#last = performance.now();
    const share = this.#share(bytes);
    const done = share - this.#shareBefore;
    const { seconds } = this;
    this.#report({
      stage: "corpus",
      share,
      tokens: this.#tokens,
      tokensPerSecond: seconds > 0 ? this.#added / seconds : null,
      secondsLeft: done > 0 ? (seconds * (1 - share)) / done : null,
    });
  }

  indexing(): void {
    this.#stage("index", 0);
  }

  scores(share: number): void {
    this.#stage("scores", share);
  }

  #stage(stage: ScanProgress["stage"], share: number): void {
    this.#report({ stage, share, tokens: this.#tokens, tokensPerSecond: null, secondsLeft: null });
  }

  #restart(): void {
    this.#started = performance.now();
    this.#last = this.#started;
  }

  #share(bytes: number): number {
    const ofBytes = this.#bytes > 0 ? bytes / this.#bytes : 1;
    const ofTokens = this.#maxTokens === null ? 0 : this.#tokens / this.#maxTokens;
    return Math.min(1, Math.max(ofBytes, ofTokens));
  }
}
