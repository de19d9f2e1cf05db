import type { AutomaticLabels } from "../analysis/automatic-labels.ts";
import { labelFile, mayHaveLabels, readLabelFile } from "../explain/label-file.ts";
import type { EngineHost } from "../host/engine-host.ts";
import type { Description, Setup } from "../protocol/engine.ts";
import type { ScanIdentity } from "../protocol/scan.ts";
import type { StorePlaces } from "../scan/stores.ts";

type Named = Pick<Setup, "model" | "saes" | "device">;

/** Finds the files of automatic labels that belong to a set-up's SAEs, by the content of their weights. */
export class AutomaticSource {
  readonly #host: Pick<EngineHost, "identify">;
  readonly #places: () => Promise<StorePlaces>;
  readonly #identities = new WeakMap<Description, Promise<ScanIdentity>>();

  constructor(host: Pick<EngineHost, "identify">, places: () => Promise<StorePlaces>) {
    this.#host = host;
    this.#places = places;
  }

  /**
   * The labels of the `s`-th SAE, by latent: the same object while their file is the same; null where there are none.
   * @param notes gets what is wrong with their file: it takes nothing away from what else is known
   */
  async of(
    setup: Named,
    description: Description,
    s: number,
    notes: string[],
  ): Promise<AutomaticLabels | null> {
    const { model, saes } = description;
    try {
      if (!mayHaveLabels((await this.#places()).cache, model.id, saes[s].id)) return null;
      const labels = readLabelFile(await this.file(setup, description, s));
      return labels.size > 0 ? labels : null;
    } catch (error) {
      notes.push((error as Error).message);
      return null;
    }
  }

  /** The file for labels of the `s`-th SAE, be it there or not. */
  async file(setup: Named, description: Description, s: number): Promise<string> {
    const { model, saes } = await this.identity(setup, description);
    return labelFile((await this.#places()).cache, { model, sae: saes[s] });
  }

  /** What model and SAEs are by content; asked for once as long as their files are the same. */
  identity(setup: Named, description: Description): Promise<ScanIdentity> {
    let known = this.#identities.get(description);
    if (!known) {
      const { model, saes, device } = setup;
      known = this.#host.identify({ model, saes, device });
      this.#identities.set(description, known);
      known.catch(() => this.#identities.delete(description));
    }
    return known;
  }
}
