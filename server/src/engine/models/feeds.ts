import { Tensor } from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import type { Feeds } from "../runtime/session.ts";
import type { ModelConfig } from "./config.ts";
import { type Edit, feedEdits } from "./edits.ts";
import { port } from "./forward.ts";
import type { KvCache } from "./kv-cache.ts";

/** What one pass is given. */
export interface PassInput {
  ids: Int32Array;
  /** Tokens already seen. */
  cache: KvCache;
  /** Id of the token after the last one, where it is known. */
  nextId?: number;
  edits?: Edit[];
  /** Rows `[R]` whose logits are wanted. */
  logitRows?: Int32Array;
  /** Set where the new tokens do not follow each other. */
  sideBySide?: SideBySide;
}

/** New tokens that all stand at one place, each the next of a text of its own. */
export interface SideBySide {
  /** Place of each of them in its text. */
  position: number;
  /** `[T × (P + T)]` place of each key in the text of each token; a place behind all others for keys of other texts. */
  keys: BigInt64Array;
}

/**
 * Feeds keys and values of the tokens seen.
 * @param packs whether the graph takes them as one input
 */
export function feedPast(feeds: Feeds, cache: KvCache, layers: number, packs: boolean): void {
  const { length, width } = cache;
  if (packs) feeds[port.past] = new Tensor("float32", cache.packed(), [2 * layers, length, width]);
  for (let layer = 0; layer < layers && !packs; layer++) {
    feeds[port.pastKey(layer)] = new Tensor("float32", cache.keys(layer), [1, length, width]);
    feeds[port.pastValue(layer)] = new Tensor("float32", cache.values(layer), [1, length, width]);
  }
}

/**
 * Everything that a forward graph takes in one pass.
 * @param places hook points that can be edited
 * @throws EngineError `prompt-too-long`, `token-unknown`, `hook-unknown`, `edit-shape`, `edit-conflict`
 */
export function forwardFeeds(
  { folder, config, packsPast }: { folder: string; config: ModelConfig; packsPast: boolean },
  places: string[],
  { ids, cache, nextId = 0, edits = [], logitRows = new Int32Array(0), sideBySide }: PassInput,
): Feeds {
  const { layers } = config;
  const past = cache.length;
  const length = ids.length;
  const reached = sideBySide ? sideBySide.position + 1 : past + length;
  if (reached > config.contextLength)
    throw new EngineError({
      code: "prompt-too-long",
      message: `${reached} tokens do not fit the model's context of ${config.contextLength}.`,
      remedy: "Shorten the prompt.",
      subject: "prompt",
    });
  assertKnown([...ids, nextId], config.vocabulary, folder);
  const int64 = (values: ArrayLike<number>, shape: number[]) =>
    new Tensor("int64", BigInt64Array.from(values as number[], BigInt), shape);
  const feeds: Feeds = {
    [port.ids]: int64(ids, [length]),
    [port.targets]: int64([...ids.subarray(1), nextId], [length, 1]),
    [port.queryPositions]: int64(
      Array.from({ length }, (_, i) => sideBySide?.position ?? past + i),
      [length, 1],
    ),
    [port.keyPositions]: sideBySide
      ? new Tensor("int64", sideBySide.keys, [length, past + length])
      : int64(
          Array.from({ length: past + length }, (_, i) => i),
          [1, past + length],
        ),
    [port.logitRows]: int64(logitRows, [logitRows.length]),
  };
  feedPast(feeds, cache, layers, packsPast);
  if (config.rotary) {
    const [cos, sin] = sideBySide
      ? rotaryTable(config.rotary, sideBySide.position, 1).map((row) => repeated(row, length))
      : rotaryTable(config.rotary, past, length);
    const shape = [1, length, config.rotary.length];
    feeds[port.cos] = new Tensor("float32", cos, shape);
    feeds[port.sin] = new Tensor("float32", sin, shape);
  }
  feedEdits(feeds, places, edits, [length, config.dModel], layers);
  return feeds;
}

/** A tokenizer may know added tokens for which the embedding has no row: only a prompt that uses one fails. */
function assertKnown(ids: number[], vocabulary: number, folder: string): void {
  const id = ids.find((it) => !(Number.isInteger(it) && it >= 0 && it < vocabulary));
  if (id === undefined) return;
  throw new EngineError({
    code: "token-unknown",
    message: `${folder}: the prompt has the token id ${id}, but the model's vocabulary of ${vocabulary} ends at ${vocabulary - 1}.`,
    remedy: "Check that tokenizer.json belongs to these weights, or leave out the text that is this token.",
    subject: "model",
    path: folder,
  });
}

/** cos and sin `[T, headDim/2]` of the rotary angles, rounded to f32 where Transformers rounds. */
export function rotaryTable(
  frequencies: Float32Array,
  past: number,
  length: number,
): [Float32Array, Float32Array] {
  const half = frequencies.length;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let t = 0; t < length; t++)
    for (let i = 0; i < half; i++) {
      const angle = Math.fround((past + t) * frequencies[i]);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  return [cos, sin];
}

/** A row `n` times, `[n · width]`. */
export function repeated(row: Float32Array, n: number): Float32Array {
  const rows = new Float32Array(n * row.length);
  for (let i = 0; i < n; i++) rows.set(row, i * row.length);
  return rows;
}
