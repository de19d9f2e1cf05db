import type { AnalysisWarning, MessageInput } from "../../protocol/engine.ts";
import type { ProbeScores } from "../../protocol/probe-file.ts";
import type { Context } from "../analyse/context.ts";
import { EngineError } from "../errors.ts";
import { identify } from "../scan/identity.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { EncodedPrompt } from "../text/text-model.ts";
import { rowSource } from "./fit-setup.ts";
import { type OpenedProbe, ProbeShelf } from "./opened-probe.ts";
import type { RowSource, TextSource } from "./probe-rows.ts";
import { scoreDocument } from "./score-document.ts";
import { scoreTexts } from "./score-texts.ts";
import { sharedStretches } from "./stretches.ts";

/** The probes of one analysis that can read it, and what keeps the others. */
export interface ActiveProbes {
  probes: { opened: OpenedProbe; source: RowSource | TextSource }[];
  /** Hook points whose rows must be kept. */
  hooks: string[];
  problems: AnalysisWarning[];
}

/** Opens the probes that documents are read with. */
export class ProbesInUse {
  readonly #shelf = new ProbeShelf();
  readonly #cache: string;
  readonly #identities = new WeakMap<LoadedSetup, ReturnType<typeof identify>>();

  /** @param cache folder in which hashes of model files are kept */
  constructor(cache: string) {
    this.#cache = cache;
  }

  /** A probe that cannot be used is a problem of its own, never the analysis's. */
  async open(paths: readonly string[], setup: LoadedSetup): Promise<ActiveProbes> {
    const active: ActiveProbes = { probes: [], hooks: [], problems: [] };
    if (paths.length === 0) return active;
    const identity = this.#identities.get(setup) ?? identify(setup, this.#cache);
    this.#identities.set(setup, identity);
    for (const path of paths) {
      try {
        const opened = this.#shelf.get(path);
        const source = rowSource(opened, setup, await identity);
        active.probes.push({ opened, source });
        if ("hook" in source && !active.hooks.includes(source.hook)) active.hooks.push(source.hook);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        active.problems.push(error.problem);
      }
    }
    return active;
  }
}

/** What the probes say of an analysed document. @param length tokens that were analysed */
export function probeScores(
  { probes }: ActiveProbes,
  { messages, prompt, length }: { messages: readonly MessageInput[]; prompt: EncodedPrompt; length: number },
  context: Context,
  setup: LoadedSetup,
): ProbeScores[] {
  const document = { prompt, length, stretches: sharedStretches(messages, prompt, length) };
  return probes.map(({ opened, source }) =>
    "text" in source
      ? scoreTexts(opened, messages, document)
      : scoreDocument(opened, source, document, context, setup),
  );
}
