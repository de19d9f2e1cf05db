/** When a crashed engine is started again. Times are in milliseconds. */
export interface RestartPolicy {
  /** Wait before the first restart; doubles with each crash inside the window. */
  firstDelay: number;
  longestDelay: number;
  /** This many crashes within `window` and the host gives up until somebody asks for a restart. */
  maxCrashes: number;
  window: number;
}

export const defaultRestartPolicy: RestartPolicy = {
  firstDelay: 250,
  longestDelay: 8_000,
  maxCrashes: 3,
  window: 60_000,
};

/** Counts crashes and decides how long to wait, or that enough is enough. */
export class CrashCounter {
  private readonly policy: RestartPolicy;
  private times: number[] = [];

  constructor(policy: RestartPolicy) {
    this.policy = policy;
  }

  /** @returns milliseconds to wait before starting again, or null to give up. */
  crashed(now: number): number | null {
    this.times = this.times.filter((time) => now - time < this.policy.window);
    this.times.push(now);
    if (this.times.length >= this.policy.maxCrashes) return null;
    return Math.min(this.policy.longestDelay, this.policy.firstDelay * 2 ** (this.times.length - 1));
  }

  reset(): void {
    this.times = [];
  }
}
