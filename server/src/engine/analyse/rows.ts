import type { SparseActivations } from "../../protocol/engine.ts";
import type { ActiveRow } from "../saes/activate.ts";

/** What one SAE says of one token. */
export interface SaeToken {
  row: ActiveRow;
  fvu: number;
  outside: boolean;
}

/** Packs tokens into compressed rows for the channel. */
export function packRows(tokens: SaeToken[]): SparseActivations {
  const rows = new Int32Array(tokens.length + 1);
  tokens.forEach((token, t) => {
    rows[t + 1] = rows[t] + token.row.indices.length;
  });
  const indices = new Int32Array(rows[tokens.length]);
  const values = new Float32Array(rows[tokens.length]);
  tokens.forEach((token, t) => {
    indices.set(token.row.indices, rows[t]);
    values.set(token.row.values, rows[t]);
  });
  return {
    rows,
    indices,
    values,
    l0: Int32Array.from(tokens, (token) => token.row.indices.length),
    fvu: Float32Array.from(tokens, (token) => token.fvu),
    outside: Uint8Array.from(tokens, (token) => Number(token.outside)),
  };
}
