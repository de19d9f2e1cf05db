export interface Cancellation {
  isCancellationRequested: boolean;
}

/** What a cancelled request throws; what was computed so far stays for the next one. */
export class Cancelled extends Error {}

/** One piece of work at a time: two cores gain nothing from two. */
export class Turns {
  readonly #between: () => Promise<void>;
  readonly #doing: <T>(work: () => Promise<T>) => Promise<T>;
  /** Work under way that keeps hold of what is loaded from one of its turns to the next. */
  #unfinished = 0;
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * @param between what is done before a turn while nothing is under way
   * @param doing how a turn's work is done
   */
  constructor(between: () => Promise<void>, doing: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#between = between;
    this.#doing = doing;
  }

  /** Work of one turn. */
  one<T>(wanted: () => Promise<T>): Promise<T> {
    const work = async () => {
      if (this.#unfinished === 0) await this.#between();
      return this.#doing(wanted);
    };
    const turn = this.#queue.then(work, work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Work in steps, each in a turn of its own, until one has a result; others have theirs in between. */
  async untilDone<T>(cancel: Cancellation, step: () => Promise<T | null>): Promise<T> {
    let isBegun = false;
    const next = () => {
      if (!isBegun) this.#unfinished++;
      isBegun = true;
      return step();
    };
    try {
      for (;;) {
        await othersFirst();
        if (cancel.isCancellationRequested) throw new Cancelled();
        const result = await this.one(next);
        if (result) return result;
      }
    } finally {
      if (isBegun) this.#unfinished--;
    }
  }
}

/** Lets requests that came during a run be read: the channel hands each on one round of the event loop later. */
export async function othersFirst(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
}
