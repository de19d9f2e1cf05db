import * as at from "../../../kernels/layout.ts";
import type { ModelConfig } from "../models/config.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import type { PlacedWeights } from "./weights.ts";

/** Tells the kernels what a model is like, and how many threads there are. */
export function describeModel(
  memory: KernelMemory,
  config: ModelConfig,
  { table, finalNorm, unembedding, isHalf }: PlacedWeights,
  threads: number,
): void {
  const words: [number, number][] = [
    [at.dModel, config.dModel],
    [at.dMlp, config.dMlp],
    [at.heads, config.heads],
    [at.kvHeads, config.kvHeads],
    [at.headDim, config.headDim],
    [at.vocabulary, config.vocabulary],
    [at.window, config.window ?? 0],
    [at.activation, { silu: at.silu, gelu: at.gelu, gelu_tanh: at.geluTanh }[config.activation]],
    [at.isHalf, Number(isHalf)],
    [at.threads, threads],
    [at.layerTable, table],
    [at.finalNorm, finalNorm],
    [at.unembedding, unembedding],
  ];
  for (const [word, value] of words) memory.set(word, value);
  memory.floats(at.epsilon, 1)[0] = config.normEpsilon;
}
