import { createHash } from "node:crypto";
import type {
  CheckReport,
  Description,
  EngineOptions,
  MessageInput,
  ModelInfo,
  SaeInfo,
  Setup,
} from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import type { LoadedSae } from "./analyse/context.ts";
import { calibrate } from "./calibration/calibrate.ts";
import { modelFolder } from "./catalog/models.ts";
import { defaultSaes, locateSaes, type SaeLocation } from "./catalog/saes.ts";
import { type LostDevices, openOnDevice } from "./devices.ts";
import { EngineError } from "./errors.ts";
import { isHook } from "./models/hooks.ts";
import type { Model } from "./models/model.ts";
import { saeConventions } from "./saes/config.ts";
import { Sae } from "./saes/sae.ts";
import type { SaeStatistics } from "./saes/statistics.ts";
import { type EncodedPrompt, TextModel } from "./text/text-model.ts";

interface LoadedModel {
  folder: string;
  model: Model;
  text: TextModel;
  info: ModelInfo;
  /** Set where the model does not run on the device that was asked for. */
  deviceProblem: Problem | null;
}

/** A model with its SAEs, ready to run, and everything there is to say about them. */
export class LoadedSetup {
  readonly setup: Setup;
  readonly saes: LoadedSae[];
  readonly description: Description;
  readonly text: TextModel;
  readonly #loaded: LoadedModel;

  private constructor(setup: Setup, loaded: LoadedModel, saes: LoadedSae[], description: Description) {
    this.setup = setup;
    this.#loaded = loaded;
    this.text = loaded.text;
    this.saes = saes;
    this.description = description;
  }

  get model(): Model {
    return this.#loaded.model;
  }

  /** What to tell users of this set-up about its device, if anything. */
  get deviceProblem(): Problem | null {
    return this.#loaded.deviceProblem;
  }

  /**
   * Loads model, tokenizer, SAEs and their statistics.
   * @param lost devices that are not to be tried
   * @param shared a set-up with the same model, whose session is then used again
   * @throws EngineError with subject `model` or `sae`
   */
  static async open(
    setup: Setup,
    options: EngineOptions,
    lost: LostDevices,
    shared?: LoadedSetup,
  ): Promise<LoadedSetup> {
    const start = performance.now();
    const loaded = shared ? shared.#loaded : await openModel(setup, options, lost);
    const references = setup.saes ?? defaultSaes(setup.model, options.assets);
    const saes: LoadedSae[] = [];
    const infos: SaeInfo[] = [];
    for (const location of locateSaes(references, options.assets)) {
      const sae = await Sae.open(location.path, {
        device: "cpu",
        threads: options.threads,
        hook: location.hook,
      });
      assertFits(sae, location, loaded.model);
      const identity = `${loaded.model.identity} ${sae.identity}`;
      const statistics = await calibrate(
        loaded.model,
        sae,
        (text) => loaded.text.encodePrompt([{ role: null, text }]).ids,
        options.cache,
        identity,
      );
      saes.push({ sae, statistics });
      infos.push(describeSae(sae, location, statistics));
    }
    const identities = [
      loaded.model.identity,
      loaded.info.device,
      ...saes.map(({ sae }) => `${sae.identity}@${sae.hook}`),
    ];
    const setupId = createHash("sha256").update(identities.join("\n")).digest("hex").slice(0, 16);
    const description = { setupId, model: loaded.info, saes: infos, loadMs: performance.now() - start };
    return new LoadedSetup(setup, loaded, saes, description);
  }

  encode(messages: MessageInput[]): EncodedPrompt {
    const wishes = this.saes.map(({ sae }) => sae.config.prependBos).filter((wish) => wish !== null);
    return this.text.encodePrompt(messages, {
      startToken: wishes[0] ?? null,
      // No token spans more text than this on average, so nothing inside the context is cut.
      maxCharacters: Math.max(4096, 32 * this.model.config.contextLength),
    });
  }

  sharesModel(setup: Setup): boolean {
    return setup.model === this.setup.model && setup.device === this.setup.device;
  }

  /** Whether no file behind it changed. */
  get intact(): boolean {
    return this.model.intact && this.saes.every(({ sae }) => sae.intact);
  }

  /** Rough size in memory: f32 weights of the model and both halves of its SAEs. */
  get bytes(): number {
    return (
      this.model.bytes + this.saes.reduce((sum, { sae }) => sum + 8 * sae.config.dIn * sae.config.width, 0)
    );
  }

  /** Frees the sessions; the model's stays where one of `others` uses it. */
  async release(others: LoadedSetup[]): Promise<void> {
    for (const { sae } of this.saes) await sae.release();
    if (others.some((other) => other.#loaded === this.#loaded)) return;
    // A session on a device that is gone may not even let itself be released.
    await this.model.release().catch(() => {});
  }

  /**
   * The answer of `model check` and `sae check`.
   * @throws EngineError `weights-nan` where the model's output is not finite
   */
  async report(kind: "model" | "sae", id: string): Promise<CheckReport> {
    const { model, saes } = this.description;
    if (kind === "model") {
      const { ids } = this.encode([{ role: null, text: "One line to see that numbers come out." }]);
      await this.model.forward(ids);
      return {
        kind,
        id,
        path: model.path,
        ok: true,
        facts: [
          `${model.family}, ${model.layers} layers, d_model ${model.dModel}, vocabulary ${model.vocabulary}, context ${model.contextLength}.`,
          `Weights ${model.dtype}, computed in ${model.computeDtype} on ${model.device} (${model.deviceReason}).`,
          ...model.conventions,
        ],
        verified: [
          "Every tensor has the shape that config.json implies, and the graph was built and loaded.",
          `A text of ${ids.length} tokens ran; all log-probabilities are finite.`,
        ],
        problems: [],
      };
    }
    const sae = saes[0];
    const { l0, fvu, declaredL0, verdict } = sae.check;
    return {
      kind,
      id,
      path: sae.path,
      ok: verdict !== "suspect",
      facts: [`${sae.architecture}, ${sae.width} latents at ${sae.hook}.`, ...sae.conventions],
      verified: [
        `Measured on ${this.saes[0].statistics.check.source}: L0 ${l0?.toFixed(1)}${declaredL0 === null ? "" : ` (declared ${declaredL0})`}, FVU ${fvu?.toFixed(3)}: ${verdict}.`,
      ],
      problems: [],
    };
  }
}

async function openModel(setup: Setup, options: EngineOptions, lost: LostDevices): Promise<LoadedModel> {
  const folder = modelFolder(setup.model, options.assets);
  const placed = await openOnDevice(folder, setup.device, options.threads, lost);
  const { model, device, reason } = placed;
  const text = await TextModel.load(folder);
  const { family, layers, dModel, contextLength, vocabulary } = model.config;
  const info: ModelInfo = {
    id: setup.model,
    path: folder,
    family,
    layers,
    dModel,
    contextLength,
    vocabulary,
    dtype: model.dtype,
    computeDtype: "f32",
    device,
    deviceReason: reason,
    hasChatTemplate: text.hasChatTemplate,
    conventions: [
      "Hook points carry TransformerLens names; the residual stream is neither folded nor centred.",
      ...text.conventions,
    ],
  };
  return { folder, model, text, info, deviceProblem: placed.problem };
}

function assertFits(sae: Sae, location: SaeLocation, model: Model): void {
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "sae", path: location.path });
  if (!isHook(sae.hook, model.config.layers))
    throw fail(
      "sae-hook-mismatch",
      `${location.id} belongs to ${sae.hook}, which this model of ${model.config.layers} layers does not have.`,
      "Choose an SAE of this model, or name the hook point: PATH@blocks.N.hook_resid_post.",
    );
  const width = sae.hook.endsWith("hook_z") ? model.config.heads * model.config.headDim : model.config.dModel;
  if (sae.config.dIn !== width)
    throw fail(
      "sae-width-mismatch",
      `${location.id} expects ${sae.config.dIn} numbers a token, ${sae.hook} of this model has ${width}.`,
      "Choose an SAE that was trained on this model.",
    );
}

function describeSae(sae: Sae, location: SaeLocation, statistics: SaeStatistics): SaeInfo {
  const { declaredL0 } = sae.config;
  const { l0, fvu } = statistics.check;
  const near = declaredL0 === null || (l0 > declaredL0 / 2 && l0 < declaredL0 * 2);
  return {
    id: location.id,
    path: sae.path,
    hook: sae.hook,
    architecture: sae.config.architecture,
    width: sae.config.width,
    conventions: saeConventions(sae.config, sae.dtype),
    check: { l0, fvu, declaredL0, verdict: near && fvu < 0.5 ? "ok" : "suspect" },
    labels: statistics.labels,
    maximum: statistics.maximum,
    frequency: statistics.frequency,
    frequencySource: statistics.source,
  };
}
