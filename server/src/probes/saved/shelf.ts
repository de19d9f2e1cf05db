import { statSync } from "node:fs";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import { readSavedProbe } from "./read.ts";

/** What trained probes' JSON files say, read anew when a file changes. */
export class SavedProbes {
  readonly #known = new Map<string, { print: string; saved: SavedProbe }>();

  /** @throws ProblemError as {@link readSavedProbe} */
  get(path: string): SavedProbe {
    const stats = statSync(path, { throwIfNoEntry: false });
    const print = stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : "gone";
    const known = this.#known.get(path);
    if (known?.print === print) return known.saved;
    this.#known.delete(path);
    const saved = readSavedProbe(path);
    this.#known.set(path, { print, saved });
    return saved;
  }
}
