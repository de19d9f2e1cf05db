import { dirname, relative, sep } from "node:path";
import type { Graph, Value } from "../onnx/graph.ts";
import type { TensorRef } from "../weights/tensor.ts";

/** Puts weights into a graph as external data, all relative to one folder. */
export class WeightBinder {
  readonly root: string;
  /** Fingerprint of each file when its header was read. */
  readonly files: ReadonlyMap<string, string>;
  readonly #graph: Graph;
  readonly #bound = new Map<string, Value>();
  readonly #floats = new Map<string, Value>();

  constructor(graph: Graph, refs: Iterable<TensorRef>) {
    this.#graph = graph;
    this.files = new Map([...refs].map((ref) => [ref.file, ref.fingerprint]));
    this.root = commonFolder([...this.files.keys()]);
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
    if (ref.dtype === "f32") return raw;
    const known = this.#floats.get(ref.name) ?? this.#graph.node("Cast", [raw], { to: 1 });
    this.#floats.set(ref.name, known);
    return known;
  }
}

/** The deepest folder that holds all files. */
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
