import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineOptions, ModelInfo, Setup } from "../../protocol/engine.ts";
import type { Problem } from "../../protocol/problem.ts";
import { modelFolder } from "../catalog/models.ts";
import { type LostDevices, openOnDevice, type PlacedModel } from "../devices.ts";
import { fingerprints } from "../files/fingerprint.ts";
import type { Model } from "../models/model.ts";
import { TextModel } from "../text/text-model.ts";

/** Files of a model folder that decide, besides the tokenizer itself, how messages are written out for it. */
const templateFiles = ["tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"];
/** Files of a model folder, besides the weights, that decide its numbers. */
const files = ["config.json", "tokenizer.json", ...templateFiles];

/** A model and its text side, in memory. */
export class LoadedModel {
  /** As it was asked for. */
  readonly asked: Pick<Setup, "model" | "device">;
  readonly model: Model;
  readonly text: TextModel;
  readonly info: Omit<ModelInfo, "conventions">;
  /** Set where it does not run on the device that was asked for. */
  readonly problem: Problem | null;
  /** Whether single tokens are better read by the CPU's kernels. */
  readonly tokensOnCpu: boolean;
  readonly #files: string[];
  readonly #print: string;

  private constructor(
    asked: Pick<Setup, "model" | "device">,
    placed: PlacedModel,
    text: TextModel,
    print: string,
    templateSha256: string,
  ) {
    const { model, device, reason } = placed;
    const { family, layers, dModel, contextLength, vocabulary } = model.config;
    this.asked = asked;
    this.model = model;
    this.text = text;
    this.problem = placed.problem;
    this.tokensOnCpu = placed.tokensOnCpu;
    this.#files = files.map((name) => join(model.folder, name));
    this.#print = print;
    this.info = {
      id: asked.model,
      path: model.folder,
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
      templateSha256,
    };
  }

  /** @throws EngineError with subject `model` */
  static async open(
    asked: Pick<Setup, "model" | "device">,
    options: EngineOptions,
    lost: LostDevices,
  ): Promise<LoadedModel> {
    const folder = modelFolder(asked.model, options.assets);
    const print = fingerprints(files.map((name) => join(folder, name)));
    // The text side first: it fails fast, and nothing is in memory yet.
    const templateSha256 = hashOf(templateFiles.map((name) => join(folder, name)));
    const text = TextModel.load(folder);
    const placed = await openOnDevice(folder, asked.device, options.threads, lost);
    return new LoadedModel(asked, placed, text, print, templateSha256);
  }

  /** Whether no file behind it changed. */
  get intact(): boolean {
    return this.model.intact && fingerprints(this.#files) === this.#print;
  }

  /** Changes with any file behind it and with the device. */
  get identity(): string {
    return [this.model.identity, this.#print, this.info.device].join("\n");
  }

  /** Whether it is what a set-up asks for: the same model, wished for the same device or already on it. */
  serves({ model, device }: Pick<Setup, "model" | "device">): boolean {
    return model === this.asked.model && (device === this.asked.device || device === this.info.device);
  }

  async release(): Promise<void> {
    // A session on a device that is gone may not even let itself be released.
    await this.model.release().catch(() => {});
  }
}

/** Of small files' contents, one that is not there included. */
function hashOf(paths: readonly string[]): string {
  const contents = paths.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : null));
  return createHash("sha256").update(JSON.stringify(contents)).digest("hex");
}
