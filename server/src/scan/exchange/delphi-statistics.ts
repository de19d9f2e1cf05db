import { TensorFile } from "../../files/tensor-file.ts";
import { histogramBins, histogramEdges, kept } from "../../protocol/scan.ts";
import type { StoredFiring } from "../../store/firings.ts";
import type { StoreImporter } from "../../store/importer.ts";
import { emptyTotals, type Totals } from "../../store/totals.ts";
import type { DelphiPart } from "./delphi-files.ts";
import { contextsOf, tokensShape } from "./delphi-rows.ts";
import { badFile } from "./problems.ts";

/** Latents that are compared with what the engine computes. */
const compared = 12;

interface Firings {
  positions: number[];
  activations: number[];
}

/** Counts all firings of a cache and keeps the examples that a scan would keep. */
export class CacheReading {
  readonly totals: Totals;
  /** Contexts that an example may stand in. */
  readonly windows = new Set<number>();
  /** The strongest context of some latents. */
  readonly shown = new Map<number, { context: number; values: number[]; peak: number }>();
  readonly #to: StoreImporter;
  readonly #cuts = { top: new Map<number, number>(), sample: new Map<number, number>() };
  #shape: [contexts: number, length: number] | null = null;

  constructor(to: StoreImporter, width: number) {
    this.#to = to;
    this.totals = emptyTotals(width);
  }

  /** Tokens of a context. */
  get length(): number {
    return this.#shape?.[1] ?? 0;
  }

  /** @throws ProblemError `import-file-invalid` */
  part({ path, from, to }: DelphiPart): void {
    const file = TensorFile.open(path, badFile);
    try {
      const [contexts, length] = tokensShape(file);
      this.#shape ??= [contexts, length];
      if (contexts !== this.#shape[0] || length !== this.#shape[1])
        throw badFile(path, "has other tokens than the files before");
      this.totals.tokens = contexts * length;
      for (const { context, latents } of contextsOf(file, from, to - from + 1))
        for (const [latent, firings] of latents) this.#add(latent, context, firings);
    } finally {
      file.close();
    }
  }

  #add(latent: number, context: number, firings: Firings): void {
    const { activations } = firings;
    const { totals } = this;
    totals.count[latent] += activations.length;
    for (const value of activations) {
      totals.sum[latent] += value;
      totals.maximum[latent] = Math.max(totals.maximum[latent], value);
      totals.histogram[latent * histogramBins + binOf(value)]++;
    }
    const peak = activations.reduce((best, value, i) => (value > activations[best] ? i : best), 0);
    this.#keep(latent, "top", context, firings, [{ key: -activations[peak], i: peak }]);
    const drawn = firings.positions.map((position, i) => ({ key: drawnBy(context, position), i }));
    this.#keep(latent, "sample", context, firings, drawn);
    this.#show(latent, context, firings, peak);
  }

  #keep(
    latent: number,
    kind: "top" | "sample",
    context: number,
    firings: Firings,
    all: { key: number; i: number }[],
  ): void {
    const cut = this.#cuts[kind].get(latent) ?? Number.POSITIVE_INFINITY;
    const fresh = all.filter(({ key }) => key < cut).sort((a, b) => a.key - b.key);
    if (fresh.length === 0) return;
    const made = fresh.map(({ key, i }) => firing(key, context, firings, i));
    this.#cuts[kind].set(latent, this.#to.addFirings(latent, kind, made));
    this.windows.add(context);
  }

  #show(latent: number, context: number, { positions, activations }: Firings, peak: number): void {
    const before = this.shown.get(latent);
    if (before ? before.values[before.peak] >= activations[peak] : this.shown.size >= compared) return;
    const values = new Array<number>(this.length).fill(0);
    positions.forEach((position, i) => {
      values[position] = activations[i];
    });
    this.shown.set(latent, { context, values, peak: positions[peak] });
  }
}

function firing(key: number, window: number, { positions, activations }: Firings, i: number): StoredFiring {
  const near = [...positions.keys()].filter(
    (k) => positions[k] >= positions[i] - kept.before && positions[k] <= positions[i] + kept.after,
  );
  return {
    key,
    window,
    position: positions[i],
    activation: activations[i],
    range: null,
    offsets: Int8Array.from(near, (k) => positions[k] - positions[i]),
    activations: Float32Array.from(near, (k) => activations[k]),
  };
}

/** The histogram's bin of an activation. */
function binOf(value: number): number {
  let [low, high] = [0, histogramBins];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (histogramEdges[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Looks random, and is the same whatever the order of the files. */
function drawnBy(context: number, position: number): number {
  let h = Math.imul(context + 1, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
