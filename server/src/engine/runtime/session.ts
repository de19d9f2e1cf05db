import * as ort from "onnxruntime-node";
import type { Device } from "../../protocol/engine.ts";
import { DeviceLost } from "../errors.ts";
import { fingerprint } from "../files/fingerprint.ts";
import type { Graph } from "../onnx/graph.ts";
import { replaced } from "../weights/replaced.ts";
import { defaultThreads } from "./threads.ts";
import { unreturned } from "./unreturned.ts";
import type { WeightBinder } from "./weight-binder.ts";

export interface RunOptions {
  device: Device;
  /** Threads of a run; 0 for one a physical core. */
  threads: number;
}

export type Feeds = Record<string, ort.Tensor>;

/** An onnxruntime session over files that must not change while they are mapped. */
export class Session {
  readonly #session: ort.InferenceSession;
  readonly #files: WeightBinder["files"];
  readonly #subject: "model" | "sae";
  readonly #device: Device;
  /** Of its weights as f32. */
  readonly #bytes: number;

  private constructor(
    session: ort.InferenceSession,
    files: WeightBinder["files"],
    subject: "model" | "sae",
    device: Device,
    bytes: number,
  ) {
    this.#session = session;
    this.#files = files;
    this.#subject = subject;
    this.#device = device;
    this.#bytes = bytes;
    unreturned.opened(device);
  }

  /**
   * Makes a session; weights are mapped from their files, nothing is written beside them.
   * @throws EngineError `weights-replaced` when a file is no longer the one whose header was read
   */
  static async create(
    graph: Graph,
    binder: WeightBinder,
    options: RunOptions,
    subject: "model" | "sae",
  ): Promise<Session> {
    return Session.#make(graph.encode(), binder.root, binder.files, options, subject, 4 * graph.externalSize);
  }

  /**
   * Makes a session of a model that others wrote; weights outside its file lie beside it.
   * @param files all that decide its numbers, with their fingerprints
   * @throws EngineError `weights-replaced` when a file is no longer the one that was fingerprinted
   */
  static async open(path: string, files: WeightBinder["files"], options: RunOptions): Promise<Session> {
    return Session.#make(path, null, files, options, "model");
  }

  static async #make(
    model: Uint8Array | string,
    /** Folder of external weights; null: that of the file. */
    root: string | null,
    files: WeightBinder["files"],
    options: RunOptions,
    subject: "model" | "sae",
    bytes = 0,
  ): Promise<Session> {
    const config: ort.InferenceSession.SessionOptions = {
      executionProviders: options.device === "cpu" ? ["cpu"] : [options.device, "cpu"],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      intraOpNumThreads: options.threads || defaultThreads(),
      interOpNumThreads: 1,
      extra: {
        session: {
          ...(root !== null && { model_external_initializers_file_folder_path: root }),
          // Worker threads spin within a run only: an idle engine uses no CPU.
          force_spinning_stop: "1",
        },
      },
    };
    const making =
      typeof model === "string"
        ? ort.InferenceSession.create(model, config)
        : ort.InferenceSession.create(model, config);
    const session = await making.catch((error) => {
      // Offsets of another file may lie outside this one: that is then the reason.
      assertUnchanged(files, subject);
      throw error;
    });
    try {
      assertUnchanged(files, subject);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new Session(session, files, subject, options.device, bytes);
  }

  /**
   * Runs the graph.
   * @throws EngineError `weights-replaced` when a file changed before or during the run
   * @throws DeviceLost when an accelerator fails
   */
  async run(feeds: Feeds, fetches: string[]): Promise<Record<string, ort.Tensor>> {
    assertUnchanged(this.#files, this.#subject);
    const out = await this.#session.run(feeds, fetches).catch((error) => {
      throw this.#device === "cpu" ? error : new DeviceLost(this.#device, error);
    });
    assertUnchanged(this.#files, this.#subject);
    return out as Record<string, ort.Tensor>;
  }

  /** Names of what the graph takes. */
  get inputs(): readonly string[] {
    return this.#session.inputNames;
  }

  /** Names of what it gives. */
  get outputs(): readonly string[] {
    return this.#session.outputNames;
  }

  /** Changes when a file behind the session is replaced. */
  get identity(): string {
    return `${[...this.#files.keys()].join("|")} ${[...this.#files.values()].join("|")}`;
  }

  get intact(): boolean {
    return changed(this.#files).length === 0;
  }

  async release(): Promise<void> {
    try {
      await this.#session.release();
    } finally {
      unreturned.released(this.#device, this.#bytes);
    }
  }
}

/** Files that are no longer what they were when their headers were read. */
const changed = (files: WeightBinder["files"]) =>
  [...files].filter(([file, print]) => fingerprint(file) !== print).map(([file]) => file);

function assertUnchanged(files: WeightBinder["files"], subject: "model" | "sae"): void {
  const now = changed(files);
  if (now.length > 0) throw replaced(now, subject);
}
