import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../errors.ts";
import { readHeader, type SafetensorsHeader } from "./safetensors.ts";
import { readShardNames } from "./shard-index.ts";
import type { TensorRef } from "./tensor.ts";

/** All tensors of a model folder: one file, or shards named by an index. */
export class Checkpoint {
  readonly folder: string;
  readonly tensors: Map<string, TensorRef>;
  /** Types of tensors that cannot be weights. */
  readonly #unusable: Map<string, string>;

  private constructor(folder: string, { tensors, unusable }: SafetensorsHeader) {
    this.folder = folder;
    this.tensors = tensors;
    this.#unusable = unusable;
  }

  /** @throws EngineError `weights-missing`, `weights-pickle` and those of {@link readShardNames} and {@link readHeader} */
  static open(folder: string): Checkpoint {
    const single = join(folder, "model.safetensors");
    const index = join(folder, "model.safetensors.index.json");
    if (existsSync(single)) return new Checkpoint(folder, readHeader(single, "model"));
    if (existsSync(index)) {
      const all: SafetensorsHeader = { tensors: new Map(), unusable: new Map() };
      for (const shard of readShardNames(index)) {
        const { tensors, unusable } = readHeader(join(folder, shard), "model");
        for (const [name, ref] of tensors) all.tensors.set(name, ref);
        for (const [name, dtype] of unusable) all.unusable.set(name, dtype);
      }
      return new Checkpoint(folder, all);
    }
    const pickle = readdirSync(folder).find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
    throw new EngineError(
      pickle
        ? {
            code: "weights-pickle",
            message: `${folder} has only ${pickle}, a pickle, which could run code and is not read.`,
            remedy: "Convert it to safetensors with the program that made it.",
            subject: "model",
            path: join(folder, pickle),
          }
        : {
            code: "weights-missing",
            message: `${folder} has no model.safetensors.`,
            remedy: "Point to a complete Hugging Face snapshot folder.",
            subject: "model",
            path: folder,
          },
    );
  }

  /** The tensor called `name`, after checking its shape against what config.json implies. */
  get(name: string, shape: number[]): TensorRef {
    const ref = this.tensors.get(name);
    const dtype = this.#unusable.get(name);
    if (dtype)
      throw new EngineError({
        code: "dtype-unsupported",
        message: `${this.folder}: ${name} has the type ${dtype}, which cannot be computed with.`,
        remedy: "Use a copy of the model in F32, F16 or BF16.",
        subject: "model",
        path: this.folder,
      });
    if (!ref)
      throw new EngineError({
        code: "tensor-missing",
        message: `${this.folder} has no tensor ${name}.`,
        remedy: "Check that config.json belongs to these weights.",
        subject: "model",
        path: this.folder,
      });
    if (ref.shape.length !== shape.length || ref.shape.some((n, i) => n !== shape[i]))
      throw new EngineError({
        code: "shape-mismatch",
        message: `${ref.file}: ${name} has shape [${ref.shape}], config.json implies [${shape}].`,
        remedy: "Check that config.json belongs to these weights.",
        subject: "model",
        path: ref.file,
      });
    return ref;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }
}
