import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Tensor } from "onnxruntime-node";
import type { Direction } from "../directions.ts";
import { EngineError } from "../errors.ts";
import { Graph } from "../onnx/graph.ts";
import type { Matrix, Product } from "../products.ts";
import { type RunOptions, Session } from "../runtime/session.ts";
import { WeightBinder } from "../runtime/weight-binder.ts";
import { readF32, readHeader } from "../weights/safetensors.ts";
import type { TensorRef } from "../weights/tensor.ts";
import { Activation, type ActiveRow } from "./activate.ts";
import { readSaeConfig, type SaeConfig } from "./config.ts";
import { allFinite, SparseDecoder } from "./decoder.ts";
import { normalise, type Undo } from "./normalise.ts";

/** Sparse codes of T tokens and how well they rebuild each one. */
export interface Encoded {
  tokens: ActiveRow[];
  /** `[T]` ‖x − x̂‖². */
  squaredError: Float64Array;
}

/** `C` latents: `[d]` what is subtracted first, `[d, C]`, `[C]`, `[C]`, `[C, d]`, and decoder norms `[n]` where it rescales. */
export interface LatentColumns {
  center: Float32Array;
  encoder: Float32Array;
  bias: Float32Array;
  /** A latent's activation is 0 where its pre-activation is not above it. */
  threshold: Float32Array;
  decoder: Float32Array;
  norms: Float32Array | null;
}

/** How one latent reads a token. */
interface LatentEncoder {
  /** `[d]` */
  weights: Float32Array;
  bias: number;
}

/** Latents whose encoders are kept: those that somebody steers by, whatever strengths they try. */
const mostKnown = 1024;

/** Elements of one encoder run's output: enough work to be fast, little enough to stay in cache and be cancelled. */
const runElements = 2 ** 20;

/** The folder and the weights of an SAE that is named by either. */
export function saeFiles(path: string): { folder: string; file: string } {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile
    ? { folder: dirname(path), file: path }
    : { folder: path, file: join(path, "sae_weights.safetensors") };
}

/** A sparse autoencoder in a session of its own: only `[T, d]` crosses from the model to it. */
export class Sae {
  readonly path: string;
  readonly config: SaeConfig;
  readonly hook: string;
  /** Precision of the weights in their file. */
  readonly dtype: string;
  /** Where its decoder `[n, d]` lies. */
  readonly decoder: TensorRef;
  /** Where its encoder `[d, n]` and the bias `[n]` of that lie. */
  readonly encoder: [weights: TensorRef, bias: TensorRef];
  readonly #session: Session;
  readonly #decoder: SparseDecoder;
  readonly #activation: Activation;
  readonly #threshold: Float32Array | null;
  readonly #known = new Map<number, LatentEncoder>();
  /** The encoder for others to multiply, and its bias, once that was asked for. */
  #whole: { matrix: Matrix; bias: Float32Array } | null = null;

  private constructor(
    path: string,
    config: SaeConfig,
    hook: string,
    session: Session,
    tensors: {
      encoder: [TensorRef, TensorRef];
      decoder: TensorRef;
      decoderBias: Float32Array;
      threshold: Float32Array | null;
    },
  ) {
    this.path = path;
    this.config = config;
    this.hook = hook;
    this.dtype = tensors.decoder.dtype;
    this.decoder = tensors.decoder;
    this.encoder = tensors.encoder;
    this.#threshold = tensors.threshold;
    this.#session = session;
    this.#decoder = new SparseDecoder(
      readF32(tensors.decoder),
      tensors.decoderBias,
      config.rescaleByDecoderNorm,
    );
    this.#activation = new Activation(config, tensors.threshold, this.#decoder.norms);
  }

  /**
   * Opens an SAELens folder (or its weights file, with cfg.json beside it).
   * @param options.hook overrides the hook point of the file
   * @throws EngineError with subject `sae`
   */
  static async open(path: string, options: RunOptions & { hook?: string }): Promise<Sae> {
    const { folder, file } = saeFiles(path);
    const config = readSaeConfig(join(folder, "cfg.json"));
    const { tensors: refs, unusable } = readHeader(file, "sae");
    const get = (name: string, shape: number[]): TensorRef => {
      const ref = refs.get(name);
      if (!ref || ref.shape.join() !== shape.join())
        throw new EngineError({
          code: ref ? "sae-shape-mismatch" : unusable.has(name) ? "dtype-unsupported" : "sae-tensor-missing",
          message: ref
            ? `${file}: ${name} has shape [${ref.shape}], cfg.json implies [${shape}].`
            : unusable.has(name)
              ? `${file}: ${name} has the type ${unusable.get(name)}, which cannot be computed with.`
              : `${file} has no tensor ${name}, which a ${config.architecture} SAE needs.`,
          remedy: unusable.has(name)
            ? "Use a copy of the SAE in F32, F16 or BF16."
            : "Check that cfg.json belongs to these weights.",
          subject: "sae",
          path: file,
        });
      return ref;
    };
    if (
      refs.has("scaling_factor") &&
      readF32(get("scaling_factor", [config.width])).some((value) => value !== 1)
    )
      throw new EngineError({
        code: "sae-unsupported",
        message: `${file} has a scaling_factor tensor that is not all ones.`,
        remedy: "Fold it into the weights with SAELens.",
        subject: "sae",
        path: file,
      });
    const { dIn, width } = config;
    const hook = options.hook ?? config.hook;
    if (!hook)
      throw new EngineError({
        code: "sae-hook-unknown",
        message: `${basename(folder)} does not say which hook point it belongs to.`,
        remedy: "Add it to its name: PATH@blocks.N.hook_resid_post.",
        subject: "sae",
        path: folder,
      });
    const graph = new Graph();
    const encoder: [TensorRef, TensorRef] = [get("W_enc", [dIn, width]), get("b_enc", [width])];
    const binder = new WeightBinder(graph, encoder);
    const x = graph.input("x", "f32", ["T", dIn]);
    const pre = graph.node("Gemm", [x, binder.f32(encoder[0]), binder.f32(encoder[1])], {}, "pre");
    graph.expose(pre, "f32", ["T", width]);
    const session = await Session.create(graph, binder, options, "sae");
    const threshold = config.architecture === "jumprelu" ? readF32(get("threshold", [width])) : null;
    const sae = new Sae(folder, config, hook, session, {
      encoder,
      decoder: get("W_dec", [width, dIn]),
      decoderBias: readF32(get("b_dec", [dIn])),
      threshold,
    });
    await sae.#assertFinite(threshold, file);
    return sae;
  }

  /** Comparisons with NaN are false, so a broken encoder would look like one that never fires. */
  async #assertFinite(threshold: Float32Array | null, file: string): Promise<void> {
    // Zero times NaN is NaN: one row of zeros shows every number of W_enc and b_enc that is not finite.
    const pre = await this.#preActivations(new Float32Array(this.config.dIn), 1);
    if (allFinite(pre) && this.#decoder.finite && (!threshold || allFinite(threshold))) return;
    await this.release();
    throw new EngineError({
      code: "sae-nan",
      message: `${file} holds NaN or infinity.`,
      remedy: "Fetch the file again, or make it again from the training run.",
      subject: "sae",
      path: file,
    });
  }

  /** Whether the file on disk is still the one that was loaded. */
  get intact(): boolean {
    return this.#session.intact;
  }

  get identity(): string {
    return this.#session.identity;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  /** The decoder direction of a latent, in the units of its activation. */
  direction(latent: number): Direction {
    return this.#decoder.direction(this.hook, latent);
  }

  /** Decoder rows of latents `from` to `to`, `[(to − from) · d]`. */
  decoderRows(from: number, to: number): Float32Array {
    return this.#decoder.slice(from, to);
  }

  /** `[n]` norms of all decoder rows. */
  decoderNorms(): Float32Array {
    return this.#decoder.rowNorms();
  }

  /** `[n]` products of all decoder rows with `x` `[d]`. */
  products(x: Float64Array): Float64Array {
    return this.#decoder.products(x);
  }

  /** How some of its latents read a token, and what one unit of their activation adds: all it takes to change them in place. */
  columns(latents: readonly number[]): LatentColumns {
    const { dIn, subtractDecoderBias } = this.config;
    const count = latents.length;
    const encoder = new Float32Array(dIn * count);
    const decoder = new Float32Array(count * dIn);
    const reads = this.#encoders(latents);
    reads.forEach(({ weights }, c) => {
      for (let i = 0; i < dIn; i++) encoder[i * count + c] = weights[i];
      decoder.set(this.#decoder.step(latents[c], 1), c * dIn);
    });
    return {
      center: subtractDecoderBias ? this.#decoder.bias : new Float32Array(dIn),
      encoder,
      bias: Float32Array.from(reads, ({ bias }) => bias),
      threshold: Float32Array.from(latents, (latent) => Math.max(0, this.#threshold?.[latent] ?? 0)),
      decoder,
      norms: this.#decoder.norms,
    };
  }

  /** Encoder columns `[d]` and biases of latents; only for new ones is the whole encoder read from its file. */
  #encoders(latents: readonly number[]): LatentEncoder[] {
    const { dIn, width } = this.config;
    if (this.#known.size + latents.length > mostKnown) this.#known.clear();
    const missing = latents.filter((latent) => !this.#known.has(latent));
    const [weights, bias] = missing.length > 0 ? this.encoder.map(readF32) : [];
    for (const latent of missing) {
      const column = Float32Array.from({ length: dIn }, (_, i) => weights[i * width + latent]);
      this.#known.set(latent, { weights: column, bias: bias[latent] });
    }
    return latents.map((latent) => this.#known.get(latent) as LatentEncoder);
  }

  /**
   * What raising the activation of a latent by `value` adds to the reconstruction of the token `x` `[d]`, and so to `x`
   * itself where its error term is kept: `[d]`, in the units of `x`.
   */
  step(latent: number, value: number, x: Float32Array): Float32Array {
    const { dIn, normalize } = this.config;
    const { scale } = normalise(x, 0, new Float32Array(dIn), 0, dIn, normalize);
    return this.#decoder.step(latent, value * scale);
  }

  /**
   * Encodes and decodes `x` `[T · d]`, raw activations at the hook.
   * @throws EngineError `sae-nan` when a reconstruction is not finite
   */
  async encode(x: Float32Array, length: number): Promise<Encoded> {
    const { dIn, width, normalize } = this.config;
    const squaredError = new Float64Array(length);
    const tokens: ActiveRow[] = [];
    const step = Math.max(1, Math.floor(runElements / width));
    for (let from = 0; from < length; from += step) {
      const count = Math.min(step, length - from);
      const input = new Float32Array(count * dIn);
      const undo: Undo[] = [];
      for (let t = 0; t < count; t++) {
        undo.push(normalise(x, (from + t) * dIn, input, t * dIn, dIn, normalize));
        this.#centre(input, t * dIn);
      }
      const pre = await this.#preActivations(input, count);
      for (let t = 0; t < count; t++) {
        const row = this.#activation.activate(pre, t * width);
        const { scale, shift } = undo[t];
        const error = this.#decoder.squaredError(x, (from + t) * dIn, row, scale, shift);
        if (!Number.isFinite(error)) throw this.#notFinite();
        squaredError[from + t] = error;
        tokens.push(row);
      }
    }
    return { tokens, squaredError };
  }

  /** What {@link activate} has multiplied. */
  get matrix(): Matrix {
    return this.#asWhole().matrix;
  }

  /** Active latents of one token `x` `[d]`, as {@link encode} finds them. @param product multiplies {@link matrix} */
  activate(x: Float32Array, product: Product): ActiveRow {
    const { dIn, normalize } = this.config;
    const { matrix, bias } = this.#asWhole();
    const input = new Float32Array(dIn);
    normalise(x, 0, input, 0, dIn, normalize);
    this.#centre(input, 0);
    const pre = product(matrix, input);
    for (let i = 0; i < pre.length; i++) pre[i] += bias[i];
    return this.#activation.activate(pre, 0);
  }

  #asWhole() {
    const [weights, bias] = this.encoder;
    const { dIn: columns, width: rows } = this.config;
    this.#whole ??= {
      matrix: { rows, columns, read: () => readF32(weights) },
      bias: readF32(bias),
    };
    return this.#whole;
  }

  #centre(input: Float32Array, from: number): void {
    const { dIn, subtractDecoderBias } = this.config;
    const { bias } = this.#decoder;
    if (subtractDecoderBias) for (let i = 0; i < dIn; i++) input[from + i] -= bias[i];
  }

  /** Pre-activations `[T · n]` of prepared rows `[T · d]`. */
  async #preActivations(rows: Float32Array, count: number): Promise<Float32Array> {
    const x = new Tensor("float32", rows, [count, this.config.dIn]);
    const out = await this.#session.run({ x }, ["pre"]);
    return out.pre.data as Float32Array;
  }

  #notFinite(): EngineError {
    return new EngineError({
      code: "sae-nan",
      message: `${this.path}: the reconstruction is not a number.`,
      remedy: "The model's activations are not finite: check its weights with “steerscope model check”.",
      subject: "sae",
      path: this.path,
    });
  }
}
