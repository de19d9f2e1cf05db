import { histogramBins, histogramEdges, kept, type SaeShard, type TokenSample } from "../../protocol/scan.ts";
import { mix } from "../mix.ts";
import type { ActiveRow } from "../saes/activate.ts";
import { Best } from "./best.ts";
import { FiringLog } from "./firings.ts";

/** Where a window's tokens stand in the corpus. */
export interface WindowPlace {
  document: number;
  /** Place of the window's first token among the document's. */
  first: number;
}

/** Gathers what one SAE says of a shard's windows. */
export class Gatherer {
  readonly #seed: number;
  #tokens = 0;
  #outside = 0;
  readonly #count: Int32Array;
  readonly #sum: Float64Array;
  readonly #maximum: Float32Array;
  readonly #histogram: Uint32Array;
  readonly #log: FiringLog;
  readonly #top: Best;
  readonly #sample: Best;
  #together: { key: number; latents: Int32Array }[] = [];

  constructor(width: number, seed: number) {
    this.#seed = seed;
    this.#count = new Int32Array(width);
    this.#sum = new Float64Array(width);
    this.#maximum = new Float32Array(width);
    this.#histogram = new Uint32Array(width * histogramBins);
    this.#log = new FiringLog(width);
    this.#top = new Best(kept.top, width);
    this.#sample = new Best(kept.sample, width);
  }

  /**
   * Adds a window.
   * @param rows active latents of each token; null for a token that the SAE was not made for
   */
  add({ document, first }: WindowPlace, rows: (ActiveRow | null)[]): void {
    rows.forEach((row, position) => {
      if (!row) {
        this.#outside++;
        return;
      }
      this.#tokens++;
      // Latents count from 0, so −1 is a draw of its own.
      const key = mix(this.#seed, document, first + position, -1);
      this.#together.push({ key, latents: row.indices });
    });
    const log = this.#log;
    const { latents, begins } = log.append(rows);
    latents.forEach((latent, i) => {
      const end = i + 1 < latents.length ? begins[i + 1] : log.length;
      this.#count[latent] += end - begins[i];
      let strongest = begins[i];
      for (let firing = begins[i]; firing < end; firing++) {
        const activation = log.activation(firing);
        this.#sum[latent] += activation;
        this.#histogram[latent * histogramBins + binOf(activation)]++;
        if (activation > log.activation(strongest)) strongest = firing;
        const key = mix(this.#seed, document, first + log.position(firing), latent);
        this.#sample.add(latent, key, firing);
      }
      const activation = log.activation(strongest);
      this.#maximum[latent] = Math.max(this.#maximum[latent], activation);
      this.#top.add(latent, -activation, strongest);
    });
  }

  /** Everything gathered, in the form that crosses to the host. */
  finish(): SaeShard {
    const latents = Int32Array.from([...this.#count.keys()].filter((latent) => this.#count[latent] > 0));
    const histogram = new Uint32Array(latents.length * histogramBins);
    latents.forEach((latent, i) => {
      const from = latent * histogramBins;
      histogram.set(this.#histogram.subarray(from, from + histogramBins), i * histogramBins);
    });
    return {
      tokens: this.#tokens,
      outside: this.#outside,
      latents,
      count: Int32Array.from(latents, (latent) => this.#count[latent]),
      sum: Float64Array.from(latents, (latent) => this.#sum[latent]),
      maximum: Float32Array.from(latents, (latent) => this.#maximum[latent]),
      histogram,
      top: this.#log.pack(Array.from(latents, (latent) => this.#top.of(latent))),
      sample: this.#log.pack(Array.from(latents, (latent) => this.#sample.of(latent))),
      together: this.#tokenSample(),
    };
  }

  #tokenSample(): TokenSample {
    const drawn = this.#together.sort((a, b) => a.key - b.key).slice(0, kept.together);
    const rows = new Int32Array(drawn.length + 1);
    drawn.forEach(({ latents }, i) => {
      rows[i + 1] = rows[i] + latents.length;
    });
    const latents = new Int32Array(rows[drawn.length]);
    drawn.forEach((token, i) => {
      latents.set(token.latents.toSorted(), rows[i]);
    });
    return { key: Float64Array.from(drawn, ({ key }) => key), rows, latents };
  }
}

/** The histogram's bin of a positive activation. */
export function binOf(activation: number): number {
  // Rounding of the logarithm may be one bin off; the edges decide.
  let bin = Math.min(histogramBins - 1, Math.max(0, Math.floor(2 * (Math.log2(activation) + 8)) + 1));
  while (bin > 0 && activation < histogramEdges[bin]) bin--;
  while (bin < histogramBins - 1 && activation >= histogramEdges[bin + 1]) bin++;
  return bin;
}
