import type {
  Collected,
  ProbePosition,
  ProbeReading,
  ProbeSource,
  ProbeText,
} from "../../protocol/probes.ts";
import { isResidualHook, patternHook } from "../models/hooks.ts";
import type { Residuals } from "../models/residuals.ts";
import { rowsOf } from "../scan/rows.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { medianNorms } from "../steering/norms.ts";
import { attentionFrom, attentionStatistics, type ReadAttention } from "./attention-statistics.ts";
import { attentionTo } from "./attention-to.ts";
import { isFiniteText } from "./finite.ts";
import { lastToken, meantTokens } from "./meant-tokens.ts";
import { poolRows } from "./pool-rows.ts";
import { massiveBy, tokensRead } from "./tokens-read.ts";

/** Tokens of a text whose attention is read at most: weights of all heads grow with the square of its length. */
export const longestAttention = 512;

/** The hook point that a reading of rows takes them from, or the latents on them. */
export const hookOf = (source: Exclude<ProbeSource, { kind: "attention" }>, setup: LoadedSetup): string =>
  source.kind === "latents" ? setup.saes[source.sae].sae.hook : source.hook;

/** The hook points that must be read for some readings. */
export function hooksOf(readings: readonly Pick<ProbeReading, "source">[], setup: LoadedSetup): string[] {
  const hooks = readings.flatMap(({ source }) => {
    if (source.kind !== "attention") return [hookOf(source, setup)];
    return Array.from({ length: setup.model.config.layers }, (_, layer) => patternHook(layer));
  });
  return [...new Set(hooks)];
}

/** How many numbers a row of a reading has. */
export function widthOf({ source }: Pick<ProbeReading, "source">, setup: LoadedSetup): number {
  const { layers, heads, headDim, dModel } = setup.model.config;
  if (source.kind === "attention") return layers * heads * (source.of ? attentionStatistics.length : 1);
  if (source.kind === "latents") return setup.saes[source.sae].sae.config.width;
  return source.hook.endsWith(".attn.hook_z") ? heads * headDim : dModel;
}

/** What was read of a text. */
export interface TextRows {
  /** `[rows · width]` by reading. */
  rows: Float32Array[];
  /** `[tokens · 3]` offsets and id of each token that `all` reads. */
  places: Float32Array;
  /** Id of the token that `last` reads. */
  lastId: number;
  /** Tokens that the model read. */
  tokens: number;
}

/**
 * The usual norm at each hook point of whose rows the massive ones are left out: only means and maxima leave any out, and only the
 * residual stream has massive activations.
 */
export async function usualNorms(
  readings: readonly ProbeReading[],
  setup: LoadedSetup,
): Promise<ReadonlyMap<string, number>> {
  const pooled = readings.filter(({ position }) => position === "mean" || position === "max");
  const streams = hooksOf(pooled, setup).filter(isResidualHook);
  const norms = await medianNorms(setup, streams);
  return new Map(streams.map((hook, i) => [hook, norms[i]]));
}

/**
 * Reads what is wanted of a text.
 * @param residuals a reader of the hook points that {@link hooksOf} says
 * @param norms what {@link usualNorms} says of the readings
 */
export async function readText(
  text: ProbeText,
  readings: readonly ProbeReading[],
  setup: LoadedSetup,
  residuals: Residuals,
  norms: ReadonlyMap<string, number>,
): Promise<TextRows | Collected["left"][0]["why"]> {
  const { contextLength } = setup.model.config;
  const { ids, spans } = setup.encode(text.messages, contextLength);
  const attention = readings.some(({ source }) => source.kind === "attention");
  if (ids.length > (attention ? Math.min(contextLength, longestAttention) : contextLength)) return "too-long";
  const meant = meantTokens(spans, text.span);
  if (meant.length === 0) return "no-token";
  const last = lastToken(meant, text.span, ids.length);
  const read = await residuals.read(ids);
  const rows: Float32Array[] = [];
  for (const { source, position } of readings) {
    if (source.kind === "attention") {
      const attention = { read, tokens: ids.length, special: spans.special };
      rows.push(attentionRow({ source, position }, meant, last, attention, setup));
      continue;
    }
    const hook = hookOf(source, setup);
    const x = read.get(hook) as Float32Array;
    const width = x.length / ids.length;
    const row = (t: number) => x.subarray(t * width, (t + 1) * width);
    const counting = tokensRead(position, meant, last, massiveBy(row, norms.get(hook)));
    const of = source.kind === "latents" ? await latents(source.sae, x, ids, setup) : row;
    rows.push(poolRows(counting.map(of), position));
  }
  if (!isFiniteText(rows, read, [...meant, last], ids.length)) return "not-finite";
  const all = tokensRead("all", meant, last, () => false);
  const places = Float32Array.from(all.flatMap((t) => [spans.start[t], spans.end[t], ids[t]]));
  return { rows, places, lastId: ids[last], tokens: ids.length };
}

/** What is read of the attention of some tokens, in training and in documents. @returns `[width]` as {@link widthOf} has it */
export function attentionRow(
  { source, position }: { source: Extract<ProbeSource, { kind: "attention" }>; position: ProbePosition },
  meant: number[],
  last: number,
  attention: ReadAttention,
  setup: LoadedSetup,
): Float32Array {
  if (!source.of) return attentionTo(meant, last, attention.tokens, attention.read, setup);
  const counting = tokensRead(position, meant, last, () => false);
  return poolRows(
    counting.map((t) => attentionFrom(t, attention, setup)),
    position,
  );
}

/** `[n]` activations of an SAE's latents on a token; all 0 on one that it was not made for. */
async function latents(
  sae: number,
  x: Float32Array,
  ids: Int32Array,
  setup: LoadedSetup,
): Promise<(t: number) => Float32Array> {
  const rows = await rowsOf(setup.saes[sae], x, ids, setup);
  return (t) => {
    const dense = new Float32Array(setup.saes[sae].sae.config.width);
    rows[t]?.indices.forEach((latent, i) => {
      dense[latent] = rows[t]!.values[i];
    });
    return dense;
  };
}
