import type { ProbeReading, ProbeText } from "../../protocol/probes.ts";
import { isResidualHook, patternHook } from "../models/hooks.ts";
import type { Residuals } from "../models/residuals.ts";
import { isMassive } from "../saes/outside.ts";
import { rowsOf } from "../scan/rows.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { medianNorms } from "../steering/norms.ts";
import { attentionFrom, attentionStatistics } from "./attention-statistics.ts";
import { attentionTo } from "./attention-to.ts";
import { lastToken, meantTokens } from "./meant-tokens.ts";
import { poolRows } from "./pool-rows.ts";

/** Weights of all heads grow with the square of a text's length. */
const longestAttention = 512;

/** The hook points that must be read for some readings. */
export function hooksOf(readings: readonly ProbeReading[], setup: LoadedSetup): string[] {
  const hooks = readings.flatMap(({ source }) => {
    if (source.kind === "hook") return [source.hook];
    if (source.kind === "latents") return [setup.saes[source.sae].sae.hook];
    return Array.from({ length: setup.model.config.layers }, (_, layer) => patternHook(layer));
  });
  return [...new Set(hooks)];
}

/** How many numbers a row of a reading has. */
export function widthOf({ source }: ProbeReading, setup: LoadedSetup): number {
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
): Promise<TextRows | "too-long" | "no-token"> {
  const { contextLength } = setup.model.config;
  const { ids, spans } = setup.encode(text.messages, contextLength);
  const attention = readings.some(({ source }) => source.kind === "attention");
  if (ids.length > (attention ? Math.min(contextLength, longestAttention) : contextLength)) return "too-long";
  const meant = meantTokens(spans, text.span);
  if (meant.length === 0) return "no-token";
  const last = lastToken(meant, text.span, ids.length);
  const read = await residuals.read(ids);
  const all = meant.length > 1 ? meant.filter((t) => t > 0) : meant;
  const rows: Float32Array[] = [];
  for (const { source, position } of readings) {
    if (source.kind === "attention" && !source.of) {
      rows.push(attentionTo(meant, last, ids.length, read, setup));
      continue;
    }
    if (source.kind === "attention") {
      const attention = { read, tokens: ids.length, special: spans.special };
      const from = (t: number) => attentionFrom(t, attention, setup);
      rows.push(poolRows((position === "last" ? [last] : all).map(from), from(last), position));
      continue;
    }
    const hook = source.kind === "latents" ? setup.saes[source.sae].sae.hook : source.hook;
    const x = read.get(hook) as Float32Array;
    const width = x.length / ids.length;
    const row = (t: number) => x.subarray(t * width, (t + 1) * width);
    const counting =
      position === "last" ? [last] : position === "all" ? all : usualTokens(meant, row, norms.get(hook));
    const of = source.kind === "latents" ? await latents(source.sae, x, ids, setup) : row;
    rows.push(poolRows(counting.map(of), of(last), position));
  }
  const places = Float32Array.from(all.flatMap((t) => [spans.start[t], spans.end[t], ids[t]]));
  return { rows, places, lastId: ids[last], tokens: ids.length };
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

/** Without the text's first token and those of massive activation, as long as any are left. */
function usualTokens(meant: number[], row: (t: number) => Float32Array, usual: number | undefined): number[] {
  const massive = (t: number) => usual !== undefined && isMassive(normOf(row(t)), usual);
  const kept = meant.filter((t) => t > 0 && !massive(t));
  return kept.length > 0 ? kept : meant;
}

function normOf(row: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < row.length; i++) squares += row[i] * row[i];
  return Math.sqrt(squares);
}
