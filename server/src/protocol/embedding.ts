/** Sentence embeddings: what crosses between engine and host when texts are compared by what they mean. */

/** How a text's vector is made of its tokens': their mean, the first one's, or the largest value of each dimension. */
export type Pooling = "mean" | "cls" | "max";

/** Parameters of `engine/embed`. */
export interface EmbedParams {
  /** Folder of the model, with config.json and tokenizer.json. */
  folder: string;
  /** Its ONNX file, relative to the folder. */
  file: string;
  /** What counts where no file of the model says how it pools. */
  pooling: Pooling;
  /** With whatever the model wants to read before them. */
  texts: string[];
}

export interface Embeddings {
  /** `[N × width]`, a row a text, each of norm 1. */
  vectors: Float32Array;
  width: number;
  /** How the vectors were made; `graph`: inside the model's own graph. */
  pooling: Pooling | "graph";
  /** Tokens read of a text at most, special ones included. */
  longest: number;
}
