import type { Inputs, Matrix } from "../../learn/data.ts";
import type { Fit } from "../../learn/kind.ts";
import { mayAbstain } from "../../learn/kinds/multiple-instance.ts";
import type { ProbeScores, ProbeStretches } from "../../protocol/probe-file.ts";
import type { ProbeSource } from "../../protocol/probes.ts";
import type { Context, KnownScores, KnownStretch } from "../analyse/context.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { EncodedPrompt } from "../text/text-model.ts";
import type { ActiveProbe } from "./active-probes.ts";
import type { ReadAttention } from "./attention-statistics.ts";
import type { OpenedProbe } from "./opened-probe.ts";
import { poolRows } from "./pool-rows.ts";
import { type ProbeRows, rowsOf } from "./probe-rows.ts";
import { attentionRow, hookOf, widthOf } from "./read-text.ts";
import type { Stretch } from "./stretches.ts";
import { massiveBy, tokensRead } from "./tokens-read.ts";

/** What the probes of an analysis have to work with. */
export interface ReadDocument {
  prompt: EncodedPrompt;
  /** Tokens that were analysed. */
  length: number;
  /** Where its heads look, where a probe reads that. */
  attention: ReadAttention | null;
  /** The parts of the document that a probe speaks of. */
  stretches: (probe: OpenedProbe["probe"]) => readonly Stretch[];
}

/** Tokens that are scored at once: their rows may have to be made for it. */
const block = 256;

/**
 * What a probe says of an analysed document; what it said of tokens and stretches that did not change is not computed again.
 * Tokens that a template adds, and the text's first one, are nothing that it speaks of.
 */
export function scoreDocument(
  probe: ActiveProbe & { source: ProbeSource },
  { prompt, length, attention, stretches: stretchesOf }: ReadDocument,
  context: Context,
  setup: LoadedSetup,
): ProbeScores {
  const { opened, source } = probe;
  const { path, fit } = opened;
  const { outputs } = fit;
  const known = context.probeScores(`${path} ${opened.print}`);
  const stretches = stretchesOf(opened.probe);
  if (opened.probe.reads.level !== "token" || source.kind === "attention") {
    const width = widthOf(probe, setup);
    const said = saidOf(stretches, probe, partReader(probe, attention, context, setup), width, known);
    return { path, outputs, tokens: null, stretches: packed(stretches, said, outputs) };
  }

  scoreTokens(fit, rowsOf(source, context, setup), known, length);
  const tokens = known.tokens.slice(0, length * outputs);
  const { message } = prompt.spans;
  for (let t = 0; t < length; t++)
    if (t === 0 || message[t] < 0) tokens.fill(Number.NaN, t * outputs, (t + 1) * outputs);
  return { path, outputs, tokens, stretches: packed([], [], outputs) };
}

/** What a probe reads of a stretch, `[rows · width]`: the same of it as in training. */
function partReader(
  { opened, source, usual }: ActiveProbe & { source: ProbeSource },
  attention: ReadAttention | null,
  context: Context,
  setup: LoadedSetup,
): (stretch: Stretch) => Float32Array {
  const { position } = opened.probe.reads;
  if (source.kind === "attention")
    return ({ tokens, last }) => attentionRow({ source, position }, tokens, last, attention!, setup);
  const rows = rowsOf(source, context, setup);
  const isMassiveAt = massiveBy((t) => {
    const { values, width } = context.rowsAt(hookOf(source, setup));
    return values.subarray(t * width, (t + 1) * width);
  }, usual);
  return ({ tokens, last }) =>
    poolRows(tokensRead(position, tokens, last, isMassiveAt).map(rows.of), position);
}

/** Scores all tokens that are not scored yet. */
function scoreTokens(fit: Fit, rows: ProbeRows, known: KnownScores, length: number): void {
  const { outputs } = fit;
  if (known.tokens.length < length * outputs) {
    const grown = new Float32Array(Math.max(length * outputs, 2 * known.tokens.length));
    grown.set(known.tokens);
    known.tokens = grown;
  }
  for (let from = known.scored; from < length; from += block) {
    const x = rows.between(from, Math.min(length, from + block));
    known.tokens.set(fit.predict({ x }), from * outputs);
  }
  known.scored = Math.max(known.scored, length);
}

/** What a probe says of stretches: of all that it has not met at once. @param width numbers in a row */
function saidOf(
  stretches: readonly Stretch[],
  { opened: { fit, probe } }: Pick<ActiveProbe, "opened">,
  partOf: (stretch: Stretch) => Float32Array,
  width: number,
  known: KnownScores,
): KnownStretch[] {
  const keys = stretches.map(({ tokens, last }) => `${tokens[0]}-${tokens[tokens.length - 1]}-${last}`);
  const fresh = [...keys.keys()].filter((i) => !known.stretches.has(keys[i]));
  if (fresh.length > 0) {
    const parts = fresh.map((i) => partOf(stretches[i]));
    const inputs = joined(parts, width, probe.reads.position === "all");
    const scores = Float32Array.from(fit.predict(inputs));
    const sets = mayAbstain(fit) ? fit.sets(inputs) : null;
    fresh.forEach((i, k) => {
      known.stretches.set(keys[i], {
        last: stretches[i].last,
        scores: scores.subarray(k * fit.outputs, (k + 1) * fit.outputs),
        abstains: sets !== null && sets[k].length !== 1,
      });
    });
  }
  return keys.map((key) => known.stretches.get(key) as KnownStretch);
}

/** Parts one below another. @param asBags whether each is one example with all its rows */
function joined(parts: readonly Float32Array[], columns: number, asBags: boolean): Inputs {
  const starts = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => {
    starts[i + 1] = starts[i] + part.length / columns;
  });
  const rows = starts[parts.length];
  const x: Matrix = { rows, columns, values: new Float32Array(rows * columns) };
  parts.forEach((part, i) => {
    x.values.set(part, starts[i] * columns);
  });
  return asBags ? { x, starts } : { x };
}

export function packed(
  stretches: readonly Stretch[],
  said: readonly Pick<KnownStretch, "scores" | "abstains">[],
  outputs: number,
): ProbeStretches {
  const n = stretches.length;
  const [message, start, end] = [new Int32Array(n), new Int32Array(n), new Int32Array(n)];
  const scores = new Float32Array(n * outputs);
  const abstains = new Uint8Array(n);
  stretches.forEach((stretch, i) => {
    message[i] = stretch.message;
    start[i] = stretch.start;
    end[i] = stretch.end;
    scores.set(said[i].scores, i * outputs);
    abstains[i] = Number(said[i].abstains);
  });
  return { message, start, end, scores, abstains };
}
