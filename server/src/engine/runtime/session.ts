import { dirname, relative, sep } from "node:path";
import * as ort from "onnxruntime-node";
import type { Device } from "../../protocol/engine.ts";
import { DeviceLost, EngineError } from "../errors.ts";
import type { Graph, Value } from "../onnx/graph.ts";
import { fingerprint } from "../weights/checkpoint.ts";
import type { TensorRef } from "../weights/tensor.ts";
import { defaultThreads } from "./threads.ts";

export interface RunOptions {
  device: Device;
  /** Threads of a run; 0 for one a physical core. */
  threads: number;
}

export type Feeds = Record<string, ort.Tensor>;

/** Puts weights into a graph as external data, all relative to one folder. */
export class WeightBinder {
  readonly root: string;
  readonly files: Set<string>;
  readonly #graph: Graph;
  readonly #bound = new Map<string, Value>();

  constructor(graph: Graph, refs: Iterable<TensorRef>) {
    this.#graph = graph;
    this.files = new Set([...refs].map((ref) => ref.file));
    this.root = commonFolder([...this.files]);
  }

  /** The weight in its file's own precision. */
  raw(ref: TensorRef): Value {
    let value = this.#bound.get(ref.name);
    if (!value) {
      const location = relative(this.root, ref.file).split(sep).join("/");
      value = this.#graph.external(ref.name, ref.dtype, ref.shape, {
        location,
        offset: ref.offset,
        length: ref.length,
      });
      this.#bound.set(ref.name, value);
    }
    return value;
  }

  /** The weight as f32; the cast of a constant is folded when the session is made. */
  f32(ref: TensorRef): Value {
    const raw = this.raw(ref);
    return ref.dtype === "f32" ? raw : this.#graph.node("Cast", [raw], { to: 1 });
  }
}

/** An onnxruntime session over files that must not change while they are mapped. */
export class Session {
  readonly #session: ort.InferenceSession;
  readonly #files: Set<string>;
  readonly #print: string;
  readonly #subject: "model" | "sae";
  readonly #device: Device;

  private constructor(
    session: ort.InferenceSession,
    files: Set<string>,
    print: string,
    subject: "model" | "sae",
    device: Device,
  ) {
    this.#session = session;
    this.#files = files;
    this.#print = print;
    this.#subject = subject;
    this.#device = device;
  }

  /** Makes a session; weights are mapped from their files, nothing is written beside them. */
  static async create(
    graph: Graph,
    binder: WeightBinder,
    options: RunOptions,
    subject: "model" | "sae",
  ): Promise<Session> {
    const print = fingerprint(binder.files);
    const session = await ort.InferenceSession.create(graph.encode(), {
      executionProviders: options.device === "cpu" ? ["cpu"] : [options.device, "cpu"],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      intraOpNumThreads: options.threads || defaultThreads(),
      interOpNumThreads: 1,
      extra: {
        session: {
          model_external_initializers_file_folder_path: binder.root,
          // Worker threads spin within a run only: an idle engine uses no CPU.
          force_spinning_stop: "1",
        },
      },
    });
    return new Session(session, binder.files, print, subject, options.device);
  }

  /**
   * Runs the graph.
   * @throws EngineError `weights-replaced` when a file changed before or during the run
   * @throws DeviceLost when an accelerator fails
   */
  async run(feeds: Feeds, fetches: string[]): Promise<Record<string, ort.Tensor>> {
    this.#assertUnchanged();
    const out = await this.#session.run(feeds, fetches).catch((error) => {
      throw this.#device === "cpu" ? error : new DeviceLost(this.#device, error);
    });
    this.#assertUnchanged();
    return out as Record<string, ort.Tensor>;
  }

  /** Changes when a file behind the session is replaced. */
  get identity(): string {
    return `${[...this.#files].join("|")} ${this.#print}`;
  }

  get intact(): boolean {
    return fingerprint(this.#files) === this.#print;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #assertUnchanged(): void {
    if (!this.intact)
      throw new EngineError({
        code: "weights-replaced",
        message: `${[...this.#files].join(", ")} changed while in use.`,
        remedy: "The file is loaded again with the next analysis.",
        subject: this.#subject,
        path: [...this.#files][0],
      });
  }
}

function commonFolder(files: string[]): string {
  let common = dirname(files[0]).split(sep);
  for (const file of files.slice(1)) {
    const parts = dirname(file).split(sep);
    let i = 0;
    while (i < common.length && i < parts.length && common[i] === parts[i]) i++;
    common = common.slice(0, i);
  }
  return common.join(sep) || sep;
}
