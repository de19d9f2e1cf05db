import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, type ProblemError } from "../host/problem-error.ts";

/** How long an endpoint is waited for, all in ms. */
export interface Patience {
  /** For one answer. */
  timeout: number;
  /** Before each further attempt; there are no more than these. */
  delays: readonly number[];
  /** However long the endpoint asks to be left alone. */
  longestDelay: number;
}

export const usualPatience: Patience = {
  timeout: 120_000,
  delays: [1_000, 3_000, 9_000],
  longestDelay: 30_000,
};

/** A failure that may be over at the next attempt; the problem is what is told if it is not. */
export class TemporaryFailure extends Error {
  readonly problem: ProblemError;
  /** Wanted by the other side, in ms. */
  readonly wait: number | null;

  constructor(problem: ProblemError, wait: number | null = null) {
    super(problem.message);
    this.problem = problem;
    this.wait = wait;
  }
}

/** Tries again after temporary failures, at growing distances. @throws ProblemError of the last attempt; CancelledError */
export async function withRetries<T>(
  work: () => Promise<T>,
  { delays, longestDelay }: Patience,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    if (signal.aborted) throw new CancelledError();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TemporaryFailure)) throw error;
      if (attempt === delays.length) throw error.problem;
      const delay = Math.min(longestDelay, Math.max(delays[attempt], error.wait ?? 0));
      await sleep(delay, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
    }
  }
}
