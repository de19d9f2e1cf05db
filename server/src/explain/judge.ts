import type { ChatMessage } from "../protocol/requests.ts";

/** A language model that labels and judges, wherever it runs: the seam between labels and whoever completes a chat. */
export interface Judge {
  /** Who it is, for people: shown as a label's maker. May be known only once it has answered. */
  readonly name: string;
  /** Chats that it may be given at the same time. */
  readonly atOnce: number;
  /**
   * @throws ProblemError saying what to do; CancelledError once the signal says so
   */
  complete(messages: ChatMessage[], signal: AbortSignal): Promise<string>;
}

/** Runs work over all items, so many at a time; results keep the items' order, and the first failure ends it. */
export async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      try {
        results[i] = await work(items[i]);
      } catch (error) {
        // Nobody waits for the rest.
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, one));
  return results;
}
