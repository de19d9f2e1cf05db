import type { DatabaseSync } from "node:sqlite";
import type { FeatureExample } from "../protocol/feature.ts";
import { kept } from "../protocol/scan.ts";
import type { StoredFiring } from "./firings.ts";
import { fromBlob } from "./numbers.ts";

/** Turns firings into examples; remembers windows and texts, since firings share them. */
export class ExampleReader {
  readonly #window;
  readonly #token;
  readonly #windows = new Map<number, { source: string; ids: Int32Array }>();
  readonly #texts = new Map<number, string>();

  constructor(db: DatabaseSync) {
    this.#window = db.prepare("SELECT source, ids FROM window WHERE window = ?");
    this.#token = db.prepare("SELECT text FROM token WHERE id = ?");
  }

  example(firing: StoredFiring): FeatureExample {
    const { source, ids } = this.#read(firing.window);
    const from = Math.max(0, firing.position - kept.before);
    const to = Math.min(ids.length, firing.position + kept.after + 1);
    const activations = new Array<number>(to - from).fill(0);
    firing.offsets.forEach((offset, i) => {
      activations[firing.position + offset - from] = firing.activations[i];
    });
    const tokens = Array.from(ids.subarray(from, to), (id) => this.text(id));
    return { tokens, activations, peak: firing.position - from, source, range: firing.range };
  }

  /** Id of the token that fired. */
  idOf({ window, position }: StoredFiring): number {
    return this.idAt(window, position);
  }

  /** Id of a token by its place in a window. */
  idAt(window: number, position: number): number {
    return this.#read(window).ids[position];
  }

  text(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = String(this.#token.get(id)?.text ?? "");
      this.#texts.set(id, text);
    }
    return text;
  }

  #read(window: number) {
    let known = this.#windows.get(window);
    if (!known) {
      const row = this.#window.get(window);
      known = row
        ? { source: String(row.source), ids: fromBlob(Int32Array, row.ids) }
        : { source: "", ids: new Int32Array(0) };
      this.#windows.set(window, known);
    }
    return known;
  }
}
