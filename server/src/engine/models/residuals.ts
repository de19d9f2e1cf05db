import { type RunOptions, Session } from "../runtime/session.ts";
import { Checkpoint } from "../weights/checkpoint.ts";
import type { ModelConfig } from "./config.ts";
import { forwardFeeds } from "./feeds.ts";
import { canonicalHook, isHook, isPatternHook, unknownHook } from "./hooks.ts";
import { KvCache } from "./kv-cache.ts";
import type { Model } from "./model.ts";
import { writeForward } from "./write.ts";

/** Reads activations at hook points, and nothing else. */
export interface Residuals {
  /** `[T · width]` by hook name (attention weights `[heads · T · T]`), of a text that begins at its first token. */
  read(ids: Int32Array): Promise<Map<string, Float32Array>>;
  release(): Promise<void>;
}

/** A second copy of weights larger than this (f32) is not worth what the rest of the model costs to run. */
const largestCopy = 400 * 2 ** 20;

/**
 * Opens a reader of some hook points: the model's graph cut off behind the deepest of them, in a session of its own, so
 * that neither the layers above nor logits are computed; for a model too large for that, the model itself, unless it is to
 * read attention weights, which the model's own session does not give.
 * @throws EngineError `hook-unknown`
 */
export async function openResiduals(model: Model, hooks: string[], options: RunOptions): Promise<Residuals> {
  const { layers } = model.config;
  for (const hook of hooks)
    if (!isHook(hook, layers) && !isPatternHook(hook)) throw unknownHook(hook, layers);
  const patterns = hooks.some(isPatternHook);
  const checkpoint = Checkpoint.open(model.folder);
  const { graph, binder, edits, packsPast } = writeForward(model.config, checkpoint, {
    patterns,
    device: options.device,
  });
  graph.keepOnly(hooks.map(canonicalHook));
  const elements = graph.externals.map((name) => checkpoint.tensors.get(name)?.shape ?? []);
  const bytes = 4 * elements.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (bytes > largestCopy && !patterns) return throughModel(model, hooks);
  const session = await Session.create(graph, binder, options, "model");
  return new CutModel(model, hooks, session, { inputs: new Set(graph.inputs), edits, packsPast });
}

function throughModel(model: Model, capture: string[]): Residuals {
  return {
    read: async (ids) => (await model.forward(ids, { capture })).captures,
    // It is not ours.
    release: async () => {},
  };
}

class CutModel implements Residuals {
  readonly folder: string;
  readonly config: ModelConfig;
  readonly packsPast: boolean;
  readonly #hooks: string[];
  readonly #session: Session;
  readonly #inputs: Set<string>;
  readonly #edits: string[];
  readonly #cache: KvCache;

  constructor(
    { folder, config }: Model,
    hooks: string[],
    session: Session,
    graph: { inputs: Set<string>; edits: string[]; packsPast: boolean },
  ) {
    this.folder = folder;
    this.config = config;
    this.#hooks = hooks;
    this.#session = session;
    this.#inputs = graph.inputs;
    this.#edits = graph.edits;
    this.packsPast = graph.packsPast;
    this.#cache = new KvCache(config.layers, config.kvHeads * config.headDim);
  }

  async read(ids: Int32Array): Promise<Map<string, Float32Array>> {
    const feeds = forwardFeeds(this, this.#edits, { ids, cache: this.#cache });
    for (const name of Object.keys(feeds)) if (!this.#inputs.has(name)) delete feeds[name];
    const out = await this.#session.run(feeds, [...new Set(this.#hooks.map(canonicalHook))]);
    return new Map(this.#hooks.map((hook) => [hook, out[canonicalHook(hook)].data as Float32Array]));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
