/**
 * The text of a sample while it grows: whole characters only, and what may yet turn out to be the beginning of a stop text is
 * held back.
 */
export class WrittenText {
  readonly #stop: readonly string[];
  readonly #decoder = new TextDecoder("utf-8");
  #text = "";
  #told = 0;
  /** Whether a stop text was found; the text then ends before it. */
  stopped = false;

  constructor(stop: readonly string[]) {
    this.#stop = stop.filter((it) => it !== "");
  }

  get text(): string {
    return this.#text;
  }

  /** Adds a token's bytes. */
  add(bytes: Uint8Array): void {
    this.#append(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Ends the text: bytes that are no character become U+FFFD. */
  end(): void {
    if (!this.stopped) this.#append(this.#decoder.decode());
  }

  /** What is certain by now and was not told before; everything once it has ended. */
  news(ended: boolean): string {
    const certain = ended || this.stopped ? this.#text.length : this.#text.length - this.#mayBeStop();
    const news = this.#text.slice(this.#told, Math.max(certain, this.#told));
    this.#told = Math.max(certain, this.#told);
    return news;
  }

  #append(more: string): void {
    // A stop text may have begun before.
    const from = Math.max(0, this.#text.length - Math.max(0, ...this.#stop.map((it) => it.length - 1)));
    this.#text += more;
    const found = this.#stop.map((it) => this.#text.indexOf(it, from)).filter((at) => at >= 0);
    if (found.length === 0) return;
    this.#text = this.#text.slice(0, Math.min(...found));
    this.stopped = true;
  }

  /** How many of the last characters may be the beginning of a stop text. */
  #mayBeStop(): number {
    let longest = 0;
    for (const stop of this.#stop)
      for (let length = Math.min(stop.length - 1, this.#text.length); length > longest; length--)
        if (this.#text.endsWith(stop.slice(0, length))) longest = length;
    return longest;
  }
}
