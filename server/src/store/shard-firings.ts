import type { Firings, ShardResult, ShardWindows } from "../protocol/scan.ts";
import type { StoredFiring } from "./firings.ts";

/** What only the corpus' reader knows of a shard. */
export interface ShardPlaces {
  /** File and record of a document. */
  source(document: number): string;
  /** UTF-16 place in the record's text of a stretch of one of the document's messages. */
  range(document: number, message: number, start: number, end: number): { start: number; end: number };
}

/** A window's id in the store: the same whenever it is scanned. */
export const windowId = ({ document, first }: ShardWindows, w: number) => document[w] * 2 ** 21 + first[w];

/**
 * A latent's firings of a shard, to be merged: made only when they are taken.
 * @param windows gets the windows of those that are taken
 */
export function freshFirings(
  { windows: all }: ShardResult,
  firings: Firings,
  latent: number,
  places: ShardPlaces,
  windows: Set<number>,
): { keys: Float64Array; make: (index: number) => StoredFiring } {
  const from = firings.rows[latent];
  const make = (index: number): StoredFiring => {
    const i = from + index;
    const w = firings.window[i];
    windows.add(w);
    const token = all.rows[w] + firings.position[i];
    const message = all.message[token];
    const [around, end] = [firings.aroundRows[i], firings.aroundRows[i + 1]];
    return {
      key: firings.key[i],
      window: windowId(all, w),
      position: firings.position[i],
      activation: firings.activation[i],
      range: message < 0 ? null : places.range(all.document[w], message, all.start[token], all.end[token]),
      offsets: firings.aroundOffset.subarray(around, end),
      activations: firings.aroundActivation.subarray(around, end),
    };
  };
  return { keys: firings.key.subarray(from, firings.rows[latent + 1]), make };
}
