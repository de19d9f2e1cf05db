import type { DatabaseSync } from "node:sqlite";
import { histogramBins, kept, type SaeShard, type TokenSample } from "../protocol/scan.ts";
import { fromBlob, toBlob } from "./numbers.ts";

/** Sums over all tokens of one SAE, latent by latent. */
export interface Totals {
  tokens: number;
  outside: number;
  /** `[n]`, the histogram `[n × bins]` */
  count: Uint32Array;
  sum: Float64Array;
  maximum: Float32Array;
  histogram: Uint32Array;
}

/** Sums of nothing yet, for `width` latents. */
export function emptyTotals(width: number): Totals {
  return {
    tokens: 0,
    outside: 0,
    count: new Uint32Array(width),
    sum: new Float64Array(width),
    maximum: new Float32Array(width),
    histogram: new Uint32Array(width * histogramBins),
  };
}

export function readTotals(db: DatabaseSync, sae: number, width: number): Totals {
  const row = db.prepare("SELECT * FROM total WHERE sae = ?").get(sae);
  if (!row) return emptyTotals(width);
  return {
    tokens: Number(row.tokens),
    outside: Number(row.outside),
    count: fromBlob(Uint32Array, row.count),
    sum: fromBlob(Float64Array, row.sum),
    maximum: fromBlob(Float32Array, row.maximum),
    histogram: fromBlob(Uint32Array, row.histogram),
  };
}

/** Totals with a shard added; what they were before stays as it is, for a merge that fails. */
export function addShard(before: Totals, shard: SaeShard): Totals {
  const totals: Totals = {
    tokens: before.tokens + shard.tokens,
    outside: before.outside + shard.outside,
    count: before.count.slice(),
    sum: before.sum.slice(),
    maximum: before.maximum.slice(),
    histogram: before.histogram.slice(),
  };
  shard.latents.forEach((latent, i) => {
    totals.count[latent] += shard.count[i];
    totals.sum[latent] += shard.sum[i];
    totals.maximum[latent] = Math.max(totals.maximum[latent], shard.maximum[i]);
    for (let bin = 0; bin < histogramBins; bin++)
      totals.histogram[latent * histogramBins + bin] += shard.histogram[i * histogramBins + bin];
  });
  return totals;
}

export function writeTotals(db: DatabaseSync, sae: number, totals: Totals): void {
  db.prepare("INSERT OR REPLACE INTO total VALUES (?, ?, ?, ?, ?, ?, ?)").run(
    sae,
    totals.tokens,
    totals.outside,
    toBlob(totals.count),
    toBlob(totals.sum),
    toBlob(totals.maximum),
    toBlob(totals.histogram),
  );
}

export function readTogether(db: DatabaseSync, sae: number): TokenSample {
  const row = db.prepare("SELECT * FROM together WHERE sae = ?").get(sae);
  if (!row) return { key: new Float64Array(0), rows: new Int32Array(1), latents: new Int32Array(0) };
  return {
    key: fromBlob(Float64Array, row.key),
    rows: fromBlob(Int32Array, row.rows),
    latents: fromBlob(Int32Array, row.latents),
  };
}

/** The tokens with the smallest keys of two samples; the first itself where the second adds none. */
export function mergeTogether(a: TokenSample, b: TokenSample): TokenSample {
  const cut = a.key.length < kept.together ? Number.POSITIVE_INFINITY : a.key[a.key.length - 1];
  if (b.key.length === 0 || b.key[0] >= cut) return a;
  const size = Math.min(kept.together, a.key.length + b.key.length);
  // Plain numbers and loops: an object for each token keeps the whole process busy for long.
  const key = new Float64Array(size);
  const rows = new Int32Array(size + 1);
  const latents = new Int32Array(a.latents.length + b.latents.length);
  let [i, j] = [0, 0];
  for (let n = 0; n < size; n++) {
    const first = i < a.key.length && (j >= b.key.length || a.key[i] <= b.key[j]);
    const of = first ? a : b;
    const t = first ? i++ : j++;
    key[n] = of.key[t];
    let to = rows[n];
    for (let k = of.rows[t]; k < of.rows[t + 1]; k++) latents[to++] = of.latents[k];
    rows[n + 1] = to;
  }
  return { key, rows, latents: latents.slice(0, rows[size]) };
}

export function writeTogether(db: DatabaseSync, sae: number, { key, rows, latents }: TokenSample): void {
  db.prepare("INSERT OR REPLACE INTO together VALUES (?, ?, ?, ?)").run(
    sae,
    toBlob(key),
    toBlob(rows),
    toBlob(latents),
  );
}
