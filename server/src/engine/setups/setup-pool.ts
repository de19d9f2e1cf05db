import type { Device, EngineOptions, Setup } from "../../protocol/engine.ts";
import type { LostDevices } from "../devices.ts";
import { LoadedModel } from "./loaded-model.ts";
import { LoadedSetup } from "./loaded-setup.ts";

/** Set-ups and their models in memory, longest unused first; what the memory budget does not hold is dropped. */
export class SetupPool {
  readonly #options: EngineOptions;
  readonly #lost: LostDevices;
  readonly #log: (line: string) => void;
  readonly #making: () => void;
  readonly #models = new Set<LoadedModel>();
  readonly #setups = new Map<string, LoadedSetup>();

  /** @param making told before something is loaded, so that what can be spared makes room */
  constructor(options: EngineOptions, lost: LostDevices, log: (line: string) => void, making = () => {}) {
    this.#making = making;
    this.#options = options;
    this.#lost = lost;
    this.#log = log;
  }

  /**
   * The set-up, loaded where it is not, or where a file behind it changed. A model stays when one of its SAEs fails.
   * @param begin told before anything is loaded, and before an SAE is measured
   * @throws EngineError with subject `model` or `sae`
   */
  async get(setup: Setup, begin: (stage: "loading" | "calibrating") => void): Promise<LoadedSetup> {
    const key = JSON.stringify([setup.model, setup.saes, setup.device]);
    const known = this.#setups.get(key);
    if (known?.intact) {
      this.#used(key, known);
      return known;
    }
    if (known) await this.#drop(key, known);
    this.#making();
    begin("loading");
    const started = performance.now();
    const loaded = await this.#model(setup);
    const opened = await LoadedSetup.open(
      setup,
      loaded,
      this.#options,
      {
        log: this.#log,
        measuring: () => begin("calibrating"),
      },
      started,
    );
    this.#used(key, opened);
    this.#log(`Loaded ${inWords(opened)}.`);
    await this.#shrink();
    return opened;
  }

  /** Drops what runs on a device that is gone. */
  async leave(device: Device): Promise<void> {
    for (const model of this.#models) if (model.info.device === device) await this.#dropModel(model);
  }

  /** Whether a set-up is still in memory. */
  has(setupId: string): boolean {
    return [...this.#setups.values()].some(({ description }) => description.setupId === setupId);
  }

  async #model(setup: Setup): Promise<LoadedModel> {
    for (const model of this.#models) {
      if (!model.serves(setup)) continue;
      if (model.intact) return model;
      await this.#dropModel(model);
    }
    const loaded = await LoadedModel.open(setup, this.#options, this.#lost);
    this.#models.add(loaded);
    return loaded;
  }

  #used(key: string, setup: LoadedSetup): void {
    this.#setups.delete(key);
    this.#setups.set(key, setup);
    this.#models.delete(setup.loaded);
    this.#models.add(setup.loaded);
  }

  /** Drops the longest unused over the memory budget: models with their set-ups, then other set-ups; the newest always stay. */
  async #shrink(): Promise<void> {
    const budget = this.#options.memoryBudgetMB * 2 ** 20;
    for (const model of [...this.#models].slice(0, -1)) {
      if (this.bytes <= budget) return;
      await this.#dropModel(model);
    }
    for (const [key, setup] of [...this.#setups].slice(0, -1)) {
      if (this.bytes <= budget) return;
      await this.#drop(key, setup);
    }
  }

  /** Bytes of all that is in memory. */
  get bytes(): number {
    const models = [...this.#models].reduce((sum, { model }) => sum + model.bytes, 0);
    return models + [...this.#setups.values()].reduce((sum, setup) => sum + setup.saeBytes, 0);
  }

  async #drop(key: string, setup: LoadedSetup): Promise<void> {
    this.#setups.delete(key);
    await setup.release();
  }

  async #dropModel(model: LoadedModel): Promise<void> {
    this.#models.delete(model);
    for (const [key, setup] of this.#setups) if (setup.loaded === model) await this.#drop(key, setup);
    await model.release();
  }
}

function inWords({ description: { model, saes, loadMs } }: LoadedSetup): string {
  const names = saes.map((sae) => `${sae.id} (${sae.check.verdict})`).join(", ") || "no SAE";
  return `${model.id} with ${names} in ${loadMs.toFixed(0)} ms on ${model.device}: ${model.deviceReason}`;
}
