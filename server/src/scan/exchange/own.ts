import type { ImportedFigures } from "../../store/figures.ts";
import type { StoredSae, StoreIdentity } from "../../store/identity.ts";
import type { SaeRows } from "../../store/rows.ts";
import type { ScoreRow } from "../../store/scores.ts";

/**
 * What Neuronpedia's shape has no place for. What belongs to a latent, an example or a label stands in a field
 * `steerscope` of its line; what belongs to the whole store in a file beside the three folders.
 */
export const ownFile = "steerscope.jsonl.gz";
export const ownSchema = "steerscope.export/1";

/** Lines of the file, in this order. */
export type OwnLine =
  | ({ kind: "store"; schema: typeof ownSchema; identity: StoreIdentity; sae: StoredSae } & Omit<
      SaeRows,
      "shards"
    >)
  | { kind: "shard"; documents: number; tokens: number }
  | { kind: "token"; id: number; text: string }
  | { kind: "window"; window: number; source: string; ids: number[] }
  | { kind: "together"; key: number; latents: number[] };

/** Field of a feature's line; the histogram as pairs of bin and count. */
export interface OwnFeature {
  count: number;
  sum: number;
  histogram: [bin: number, count: number][];
  /** Ids of the tokens in `pos_str` and `neg_str`; null where the weights were not looked at. */
  norm: number | null;
  raises: number[];
  lowers: number[];
  /** What was imported before it was exported. */
  imported: ImportedFigures | null;
  scores: ScoreRow | null;
}

/** Field of an example's line. */
export interface OwnActivation {
  list: "top" | "sample";
  key: number;
  window: number;
  position: number;
  range: { start: number; end: number } | null;
}

/** Field of a label's line. */
export interface OwnExplanation {
  source: string;
  maker: string;
  scores: Record<string, number>;
  from: number | null;
}
