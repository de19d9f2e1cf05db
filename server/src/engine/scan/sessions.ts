import { openResiduals, type Residuals } from "../models/residuals.ts";
import type { RunOptions } from "../runtime/session.ts";
import { OutputScorer } from "../scores/output.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { WeightReader } from "./weight-facts.ts";

interface Releasable {
  release(): Promise<void>;
}

type Kind = "residuals" | "weights" | "scores";

/** Sessions that only scans need: one of each kind, of the set-up that was scanned last. */
export class ScanSessions {
  readonly #threads: number;
  readonly #budget: number;
  readonly #open = new Map<Kind, { key: string; session: Releasable }>();

  /** @param budget bytes that models may take */
  constructor(threads: number, budget: number) {
    this.#threads = threads;
    this.#budget = budget;
  }

  /** A reader of some hook points; left out, those of the set-up's SAEs. */
  residuals(
    setup: LoadedSetup,
    hooks = [...new Set(setup.saes.map(({ sae }) => sae.hook))],
  ): Promise<Residuals> {
    return this.#get("residuals", setup, hooks.join(), (options) =>
      openResiduals(setup.model, hooks, options),
    );
  }

  weights(setup: LoadedSetup, sae: number): Promise<WeightReader> {
    return this.#get("weights", setup, String(sae), (options) => WeightReader.open(setup, sae, options));
  }

  scores(setup: LoadedSetup, sae: number): Promise<OutputScorer> {
    return this.#get("scores", setup, String(sae), (options) =>
      OutputScorer.open(setup, sae, options, this.#budget),
    );
  }

  async release(): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    // A session on a device that is gone may not even let itself be released.
    for (const { session } of sessions) await session.release().catch(() => {});
  }

  async #get<S extends Releasable>(
    kind: Kind,
    setup: LoadedSetup,
    what: string,
    open: (options: RunOptions) => Promise<S>,
  ): Promise<S> {
    const { setupId, model } = setup.description;
    const key = `${setupId} ${what}`;
    const known = this.#open.get(kind);
    if (known?.key === key) return known.session as S;
    // One kind at a time, so that a scan adds little to what the model takes.
    await this.release();
    const session = await open({ device: model.device, threads: this.#threads });
    this.#open.set(kind, { key, session });
    return session;
  }
}
