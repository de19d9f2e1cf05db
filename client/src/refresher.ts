/** Milliseconds of quiet after an edit before a view asks for its numbers again. */
const quiet = 150;

/** Runs a view's refresh: after a quiet time or at once, and lets a run know when a newer one has overtaken it. */
export class Refresher {
  readonly #work: (isCurrent: () => boolean) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #newest = 0;

  /** @param work one refresh; it must not touch the view once `isCurrent()` is false. */
  constructor(work: (isCurrent: () => boolean) => Promise<void>) {
    this.#work = work;
  }

  soon(): void {
    this.cancel();
    this.#timer = setTimeout(() => void this.now(), quiet);
  }

  async now(): Promise<void> {
    this.cancel();
    const own = this.#newest;
    await this.#work(() => own === this.#newest);
  }

  /** Drops what is waiting, and makes what is running outdated. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#newest++;
  }
}
