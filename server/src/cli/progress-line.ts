/** How far it is, on stderr: one line that is written over in a terminal, else a line now and then. */
export class ProgressLine {
  #open = false;
  #last = 0;

  show(text: string): void {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${text}\u001b[K`);
      this.#open = true;
    } else if (performance.now() - this.#last > 10_000) {
      this.#last = performance.now();
      process.stderr.write(`${text}\n`);
    }
  }

  end(): void {
    if (this.#open) process.stderr.write("\n");
    this.#open = false;
  }
}
