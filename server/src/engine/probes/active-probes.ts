import type { AnalysisWarning, MessageInput } from "../../protocol/engine.ts";
import type { ProbeScores } from "../../protocol/probe-file.ts";
import type { ProbeReading, ProbeSource } from "../../protocol/probes.ts";
import type { Context } from "../analyse/context.ts";
import { EngineError } from "../errors.ts";
import type { Residuals } from "../models/residuals.ts";
import { identify } from "../scan/identity.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { EncodedPrompt } from "../text/text-model.ts";
import type { ReadAttention } from "./attention-statistics.ts";
import { probeSource } from "./fit-setup.ts";
import { type OpenedProbe, ProbeShelf } from "./opened-probe.ts";
import type { TextSource } from "./probe-rows.ts";
import { hookOf, hooksOf, longestAttention, usualNorms } from "./read-text.ts";
import { scoreDocument } from "./score-document.ts";
import { scoreTexts } from "./score-texts.ts";
import { sharedStretches } from "./stretches.ts";

/** A probe that can read an analysis. */
export interface ActiveProbe {
  opened: OpenedProbe;
  source: ProbeSource | TextSource;
  /** Where it leaves out what is massive: the usual norm at its hook point. */
  usual: number | undefined;
}

/** A document as far as it was analysed. */
export interface AnalysedText {
  messages: readonly MessageInput[];
  prompt: EncodedPrompt;
  /** Tokens that were analysed. */
  length: number;
  /** Where its heads look, where a probe reads that. */
  attention: ReadAttention | null;
}

/** The probes of one analysis that can read it, and what keeps the others. */
export interface ActiveProbes {
  probes: ActiveProbe[];
  /** Hook points whose rows must be kept. */
  hooks: string[];
  problems: AnalysisWarning[];
}

/** Opens the probes that documents are read with. */
export class ProbesInUse {
  readonly #shelf = new ProbeShelf();
  readonly #cache: string;
  readonly #identities = new WeakMap<LoadedSetup, ReturnType<typeof identify>>();
  readonly #norms = new WeakMap<LoadedSetup, Map<string, number | undefined>>();

  /** @param cache folder in which hashes of model files are kept */
  constructor(cache: string) {
    this.#cache = cache;
  }

  /**
   * A probe that cannot be used is a problem of its own, never the analysis's.
   * @param withAttention whether {@link readAttention} will be asked
   */
  async open(paths: readonly string[], setup: LoadedSetup, withAttention: boolean): Promise<ActiveProbes> {
    const active: ActiveProbes = { probes: [], hooks: [], problems: [] };
    if (paths.length === 0) return active;
    const identity = this.#identities.get(setup) ?? identify(setup, this.#cache);
    this.#identities.set(setup, identity);
    for (const path of paths) {
      try {
        const opened = this.#shelf.get(path);
        const source = probeSource(opened, setup, await identity, withAttention);
        if (source.kind === "text") {
          active.probes.push({ opened, source, usual: undefined });
          continue;
        }
        const usual = await this.#usual({ source, position: opened.probe.reads.position }, setup);
        active.probes.push({ opened, source, usual });
        const reads = source.kind === "hook" || (source.kind === "latents" && usual !== undefined);
        if (reads) active.hooks = [...new Set([...active.hooks, hookOf(source, setup)])];
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        active.problems.push(error.problem);
      }
    }
    return active;
  }

  /** Looked up once a set-up: documents are read at each key. */
  async #usual(reading: ProbeReading, setup: LoadedSetup): Promise<number | undefined> {
    const known = this.#norms.get(setup) ?? new Map<string, number | undefined>();
    this.#norms.set(setup, known);
    const key = JSON.stringify(reading);
    if (!known.has(key)) known.set(key, [...(await usualNorms([reading], setup)).values()][0]);
    return known.get(key);
  }
}

/**
 * The attention of all heads, where one of the probes reads it; of a prompt that is too long for that
 * each of these becomes a problem.
 * @param residuals opens a reader of hook points
 */
export async function readAttention(
  active: ActiveProbes,
  { ids, spans }: EncodedPrompt,
  setup: LoadedSetup,
  residuals: (hooks: string[]) => Promise<Residuals>,
): Promise<ReadAttention | null> {
  const readers = active.probes.filter(({ source }) => source.kind === "attention");
  if (readers.length === 0 || ids.length === 0) return null;
  if (ids.length <= longestAttention) {
    const read = await (await residuals(hooksOf([{ source: { kind: "attention" } }], setup))).read(ids);
    return { read, tokens: ids.length, special: spans.special };
  }
  active.probes = active.probes.filter((it) => !readers.includes(it));
  active.problems.push(
    ...readers.map(
      ({ opened: { path, probe } }): AnalysisWarning => ({
        code: "probe-text-too-long",
        message: `The probe “${probe.name}” reads the attention of prompts of up to ${longestAttention} tokens, and this one is longer.`,
        remedy: "Shorten it, or read its parts one by one.",
        subject: "probe",
        path,
      }),
    ),
  );
  return null;
}

/** What the probes say of an analysed document. @param length tokens that were analysed */
export function probeScores(
  { probes }: ActiveProbes,
  { messages, ...read }: AnalysedText,
  context: Context,
  setup: LoadedSetup,
): ProbeScores[] {
  const document = { ...read, stretches: sharedStretches(messages, read.prompt, read.length) };
  return probes.map(({ opened, source, usual }) =>
    source.kind === "text"
      ? scoreTexts(opened, messages, document)
      : scoreDocument({ opened, source, usual }, document, context, setup),
  );
}
