import type { SaeConfig } from "./config.ts";

/** Active latents of one token. */
export interface ActiveRow {
  indices: Int32Array;
  values: Float32Array;
}

/**
 * Turns pre-activations `[n]` of one token into its active latents, strongest first.
 * @param threshold `[n]` for jumprelu
 * @param norms `[n]` decoder norms where the top k is taken on rescaled pre-activations
 */
export function activate(
  pre: Float32Array,
  config: SaeConfig,
  threshold: Float32Array | null,
  norms: Float32Array | null,
): ActiveRow {
  const found: number[] = [];
  if (config.architecture === "topk") {
    const scaled = norms ? pre.map((value, i) => value * norms[i]) : pre;
    for (const i of largest(scaled, config.k as number)) if (scaled[i] > 0) found.push(i);
    return sorted(found, scaled);
  }
  if (threshold) {
    for (let i = 0; i < pre.length; i++) if (pre[i] > threshold[i] && pre[i] > 0) found.push(i);
  } else for (let i = 0; i < pre.length; i++) if (pre[i] > 0) found.push(i);
  return sorted(found, pre);
}

function sorted(found: number[], values: Float32Array): ActiveRow {
  found.sort((a, b) => values[b] - values[a] || a - b);
  return { indices: Int32Array.from(found), values: Float32Array.from(found, (i) => values[i]) };
}

/** Indices of the k largest values, by a min-heap. */
function largest(values: Float32Array, k: number): number[] {
  const heap: number[] = [];
  const sink = (from: number) => {
    let i = from;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && values[heap[child]] < values[heap[least]]) least = child;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least], heap[i]];
      i = least;
    }
  };
  const size = Math.min(k, values.length);
  for (let i = 0; i < size; i++) heap.push(i);
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i);
  for (let i = size; i < values.length; i++)
    if (values[i] > values[heap[0]]) {
      heap[0] = i;
      sink(0);
    }
  return heap;
}
