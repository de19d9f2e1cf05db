import type { ProbePosition } from "../../protocol/probes.ts";

/**
 * The rows that a probe reads at a position out of the rows of the tokens that it reads there.
 * @param rows `[d]` each; at least one, of `last` just that
 * @returns `[1, d]`, or `[tokens, d]` of `all`
 */
export function poolRows(rows: Float32Array[], position: ProbePosition): Float32Array {
  if (position === "last") return rows[0].slice();
  const d = rows[0].length;
  if (position === "all") {
    const all = new Float32Array(rows.length * d);
    rows.forEach((row, t) => {
      all.set(row, t * d);
    });
    return all;
  }
  if (position === "max") {
    const largest = rows[0].slice();
    for (const row of rows) for (let i = 0; i < d; i++) if (row[i] > largest[i]) largest[i] = row[i];
    return largest;
  }
  const sum = new Float64Array(d);
  for (const row of rows) for (let i = 0; i < d; i++) sum[i] += row[i];
  const mean = new Float32Array(d);
  for (let i = 0; i < d; i++) mean[i] = sum[i] / rows.length;
  return mean;
}
