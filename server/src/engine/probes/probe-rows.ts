import type { Matrix } from "../../learn/data.ts";
import type { ProbeSource } from "../../protocol/probes.ts";
import type { Context } from "../analyse/context.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** Where a probe's rows come from in this set-up, of those that have a row a token. */
export type RowSource = Exclude<ProbeSource, { kind: "attention" }>;

/** What a probe reads that reads no activations. */
export type TextSource = { kind: "text" };

/** What a probe reads of an analysed document's tokens. */
export interface ProbeRows {
  readonly width: number;
  /** `[width]` of one token. */
  of(t: number): Float32Array;
  /** `[to − from, width]` of some in a row. */
  between(from: number, to: number): Matrix;
}

/** Activations are those that the context keeps, latents are made dense here; 0 on tokens that the SAE was not made for. */
export function rowsOf(source: RowSource, context: Context, setup: LoadedSetup): ProbeRows {
  if (source.kind === "hook") {
    const { values, width } = context.rowsAt(source.hook);
    const between = (from: number, to: number) => values.subarray(from * width, to * width);
    return {
      width,
      of: (t) => between(t, t + 1),
      between: (from, to) => ({ rows: to - from, columns: width, values: between(from, to) }),
    };
  }
  const { width } = setup.saes[source.sae].sae.config;
  const spread = (from: number, to: number) => {
    const dense = new Float32Array((to - from) * width);
    for (let t = from; t < to; t++) {
      const { row, outside } = context.tokens[t].saes[source.sae];
      if (outside) continue;
      for (let i = 0; i < row.indices.length; i++) dense[(t - from) * width + row.indices[i]] = row.values[i];
    }
    return dense;
  };
  return {
    width,
    of: (t) => spread(t, t + 1),
    between: (from, to) => ({ rows: to - from, columns: width, values: spread(from, to) }),
  };
}
