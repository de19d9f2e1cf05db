import type { Inputs, Matrix } from "../../learn/data.ts";
import type { Fit } from "../../learn/kind.ts";
import { mayAbstain } from "../../learn/kinds/multiple-instance.ts";
import type { MessageInput } from "../../protocol/engine.ts";
import type { ProbeScores, ProbeStretches } from "../../protocol/probe-file.ts";
import type { ProbeSource } from "../../protocol/probes.ts";
import type { Context, KnownStretch } from "../analyse/context.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { EncodedPrompt } from "../text/text-model.ts";
import type { ActiveProbe } from "./active-probes.ts";
import { attentionTo } from "./attention-to.ts";
import { poolRows } from "./pool-rows.ts";
import { hookOf } from "./read-text.ts";
import { type Stretch, stretchesFor } from "./stretches.ts";
import { massiveBy, tokensRead } from "./tokens-read.ts";

/** What the probes of an analysis have to work with. */
export interface ReadDocument {
  messages: readonly MessageInput[];
  prompt: EncodedPrompt;
  /** Tokens that were analysed. */
  length: number;
  /** `[heads · T · T]` by hook point, where a probe reads that. */
  attention: Map<string, Float32Array> | null;
}

/**
 * What a probe says of an analysed document; what it said of tokens and stretches that did not change is not computed again.
 * Tokens that a template adds, and the text's first one, are nothing that it speaks of.
 */
export function scoreDocument(
  { opened: { path, probe, fit, print }, source, usual }: ActiveProbe,
  { messages, prompt, length, attention }: ReadDocument,
  context: Context,
  setup: LoadedSetup,
): ProbeScores {
  const { outputs } = fit;
  const { position } = probe.reads;
  // Attention is read by stretch; nothing asks for its rows by token.
  const byToken = source as RowSource;
  const row = (t: number) => rowOf(context, byToken, t, setup);
  const isMassiveAt = massiveBy((t) => residualOf(context, byToken, t, setup), usual);
  const known = context.probeScores(`${path} ${print}`);
  const tell = (rows: Float32Array[], asOne: boolean) => {
    const x: Matrix = { rows: rows.length, columns: rows[0].length, values: poolRows(rows, "all") };
    const inputs = asOne ? { x, starts: Int32Array.of(0, rows.length) } : { x };
    return { scores: Float32Array.from(fit.predict(inputs)), abstains: abstains(fit, inputs) };
  };

  let tokens: Float32Array | null = null;
  if (probe.reads.level === "token") {
    tokens = new Float32Array(length * outputs).fill(Number.NaN);
    const wanted: number[] = [];
    for (let t = 1; t < length; t++) if (prompt.spans.message[t] >= 0) wanted.push(t);
    const fresh = wanted.filter((t) => !known.tokens.has(t));
    if (fresh.length > 0) {
      const { scores } = tell(fresh.map(row), false);
      fresh.forEach((t, i) => {
        known.tokens.set(t, scores.subarray(i * outputs, (i + 1) * outputs));
      });
    }
    for (const t of wanted) tokens.set(known.tokens.get(t) as Float32Array, t * outputs);
  }

  const saidOf = (stretch: Stretch): KnownStretch => {
    const key = `${stretch.tokens[0]}-${stretch.tokens[stretch.tokens.length - 1]}-${stretch.last}`;
    const before = known.stretches.get(key);
    if (before) return before;
    const rows =
      attention && source.kind === "attention"
        ? [attentionTo(stretch.tokens, stretch.last, length, attention, setup)]
        : tokensRead(position, stretch.tokens, stretch.last, isMassiveAt).map(row);
    const told = position === "all" ? tell(rows, true) : tell([poolRows(rows, position)], false);
    const said = { last: stretch.last, ...told };
    known.stretches.set(key, said);
    return said;
  };
  const stretches = stretchesFor(probe, messages, prompt, length);
  return { path, outputs, tokens, stretches: packed(stretches, stretches.map(saidOf), outputs) };
}

/** Sources that have a row a token. */
type RowSource = Exclude<ProbeSource, { kind: "attention" }>;

const residualOf = (context: Context, source: RowSource, t: number, setup: LoadedSetup): Float32Array =>
  context.tokens[t].rows.get(hookOf(source, setup)) as Float32Array;

function rowOf(context: Context, source: RowSource, t: number, setup: LoadedSetup): Float32Array {
  if (source.kind === "hook") return residualOf(context, source, t, setup);
  const { row, outside } = context.tokens[t].saes[source.sae];
  const dense = new Float32Array(setup.saes[source.sae].sae.config.width);
  if (!outside)
    row.indices.forEach((latent, i) => {
      dense[latent] = row.values[i];
    });
  return dense;
}

function packed(stretches: Stretch[], said: KnownStretch[], outputs: number): ProbeStretches {
  const all = new Float32Array(stretches.length * outputs);
  said.forEach(({ scores }, i) => {
    all.set(scores, i * outputs);
  });
  return {
    message: Int32Array.from(stretches, ({ message }) => message),
    start: Int32Array.from(stretches, ({ start }) => start),
    end: Int32Array.from(stretches, ({ end }) => end),
    scores: all,
    abstains: Uint8Array.from(said, (it) => Number(it.abstains)),
  };
}

/** Whether a probe that may abstain does so on its only example. */
const abstains = (fit: Fit, inputs: Inputs): boolean => mayAbstain(fit) && fit.sets(inputs)[0].length !== 1;
