/** What a vector file says of itself; null where it does not. */
export interface VectorFacts {
  /** The model it was made for; of a GGUF file its `model_hint`, which names a family only. */
  model: string | null;
  /** What a strength of 1 means (`raw`, `residual`). */
  unit: string | null;
  /** How it was made, e.g. `caa`. */
  method: string | null;
  /** When, as an ISO date. */
  made: string | null;
}

/** One vector of a file. */
export interface NamedVector {
  /** The tensor's name. */
  name: string;
  /** TransformerLens name of the hook point it belongs to; null where neither name nor metadata say it. */
  hook: string | null;
  /** `[d]`, finite. */
  vector: Float32Array;
}

/** Steering vectors of one file, one a hook point; all are equally long. */
export interface VectorFile {
  path: string;
  format: "gguf" | "safetensors";
  facts: VectorFacts;
  /** Whatever else the file says, as texts by key. */
  metadata: Record<string, string>;
  vectors: NamedVector[];
}

/** What is to be written as a {@link VectorFile}. */
export type NewVectors = Pick<VectorFile, "facts" | "metadata"> & {
  vectors: { hook: string; vector: Float32Array }[];
};
