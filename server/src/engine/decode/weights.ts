import * as at from "../../../kernels/layout.ts";
import { f32Bytes } from "../../files/tensor-bytes.ts";
import type { ModelConfig } from "../models/config.ts";
import type { Checkpoint } from "../weights/checkpoint.ts";
import { readBytes, readF32 } from "../weights/safetensors.ts";
import { elementBytes, type TensorRef } from "../weights/tensor.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** Where a model's weights lie in the kernels' memory. */
export interface PlacedWeights {
  /** `[layers, 16]` addresses. */
  table: number;
  finalNorm: number;
  unembedding: number;
  /** `[vocabulary, dModel]` */
  embedding: number;
  isHalf: boolean;
}

/** A tensor by its name, its shape and the word of the layer's table that points to it; a bias may be missing. */
type Part = [name: string, shape: number[], word: number];

/**
 * Copies a Llama's weights: matrices as bf16 where all of them are, which is exact and half of what a token reads, else as f32.
 * Yields after each layer.
 * @throws KernelsUnavailable where memory does not suffice, EngineError as {@link Checkpoint.get} and {@link readF32} do
 */
export function* placeWeights(
  memory: KernelMemory,
  config: ModelConfig,
  checkpoint: Checkpoint,
): Generator<void, PlacedWeights> {
  const { layers, vocabulary, dModel, tied } = config;
  const isHalf = areHalf(matricesOf(config, checkpoint));
  const place = (name: string, shape: number[]) => {
    const ref = checkpoint.get(name, shape);
    if (shape.length === 1) return placeVector(memory, ref);
    return placeMatrix(memory, isHalf ? readBytes(ref) : f32Bytes(readF32(ref)), shape[0], shape[1]);
  };
  const table = memory.allocate(layers * at.layerBytes);
  // 0 stands for a bias that there is not.
  memory.bytes(table, layers * at.layerBytes).fill(0);
  for (let layer = 0; layer < layers; layer++) {
    for (const [name, shape, word] of partsOf(config, layer))
      memory.set(table + layer * at.layerBytes + word, place(name, shape));
    yield;
  }
  const embedding = place("model.embed_tokens.weight", [vocabulary, dModel]);
  yield;
  const unembedding = tied ? embedding : place("lm_head.weight", [vocabulary, dModel]);
  const finalNorm = place("model.norm.weight", [dModel]);
  memory.allocate(at.readAhead);
  return { table, embedding, unembedding, finalNorm, isHalf };
}

/** Bytes that the weights will take. */
export function weightBytes(config: ModelConfig, checkpoint: Checkpoint): number {
  const matrices = matricesOf(config, checkpoint);
  const numbers = matrices.reduce((sum, { dtype, length }) => sum + length / elementBytes[dtype], 0);
  return numbers * (areHalf(matrices) ? 2 : 4);
}

const areHalf = (matrices: TensorRef[]) => matrices.every(({ dtype }) => dtype === "bf16");

function matricesOf(config: ModelConfig, checkpoint: Checkpoint): TensorRef[] {
  const parts = Array.from({ length: config.layers }, (_, layer) => partsOf(config, layer)).flat();
  const table = [config.vocabulary, config.dModel];
  const named: [string, number[]][] = [
    ...parts
      .filter(([, shape]) => shape.length === 2)
      .map(([name, shape]): [string, number[]] => [name, shape]),
    ["model.embed_tokens.weight", table],
    ...(config.tied ? [] : [["lm_head.weight", table] as [string, number[]]]),
  ];
  return named.map(([name, shape]) => checkpoint.get(name, shape));
}

function partsOf(config: ModelConfig, layer: number): Part[] {
  const { dModel, dMlp, heads, kvHeads, headDim, attentionBias, mlpBias } = config;
  const name = `model.layers.${layer}`;
  const q = heads * headDim;
  const kv = kvHeads * headDim;
  const linear = (
    part: string,
    [outputs, inputs]: [number, number],
    weight: number,
    bias: number | null,
  ): Part[] => [
    [`${name}.${part}.weight`, [outputs, inputs], weight],
    ...(bias === null ? [] : [[`${name}.${part}.bias`, [outputs], bias] as Part]),
  ];
  const attention = (bias: number) => (attentionBias ? bias : null);
  const mlp = (bias: number) => (mlpBias ? bias : null);
  return [
    [`${name}.input_layernorm.weight`, [dModel], at.attentionNorm],
    ...linear("self_attn.q_proj", [q, dModel], at.qWeight, attention(at.qBias)),
    ...linear("self_attn.k_proj", [kv, dModel], at.kWeight, attention(at.kBias)),
    ...linear("self_attn.v_proj", [kv, dModel], at.vWeight, attention(at.vBias)),
    ...linear("self_attn.o_proj", [dModel, q], at.oWeight, attention(at.oBias)),
    [`${name}.post_attention_layernorm.weight`, [dModel], at.mlpNorm],
    ...linear("mlp.gate_proj", [dMlp, dModel], at.gateWeight, mlp(at.gateBias)),
    ...linear("mlp.up_proj", [dMlp, dModel], at.upWeight, mlp(at.upBias)),
    ...linear("mlp.down_proj", [dModel, dMlp], at.downWeight, mlp(at.downBias)),
  ];
}

function placeVector(memory: KernelMemory, ref: TensorRef): number {
  const values = readF32(ref);
  const address = memory.allocate(4 * values.length);
  memory.floats(address, values.length).set(values);
  return address;
}

/** Lays rows out as the kernels read them; rows that are missing in the last group are 0. */
function placeMatrix(memory: KernelMemory, bytes: Uint8Array, rows: number, columns: number): number {
  const groups = Math.ceil(rows / at.groupRows);
  const rowWords = bytes.byteLength / rows / 4;
  const address = memory.allocate(4 * groups * at.groupRows * rowWords);
  const to = memory.words(address, groups * at.groupRows * rowWords);
  const from = new Uint32Array(bytes.buffer, bytes.byteOffset, rows * rowWords);
  const pieceWords = (rowWords * at.piece) / columns;
  const lay = pieceWords === at.piece ? layFull : layHalf;
  if (rows % at.groupRows !== 0) to.fill(0);
  for (let row = 0, read = 0; row < rows; row++) {
    const start = (row - (row % at.groupRows)) * rowWords + (row % at.groupRows) * pieceWords;
    for (let place = start; read < (row + 1) * rowWords; place += at.groupRows * pieceWords) {
      lay(from, read, to, place);
      read += pieceWords;
    }
  }
  return address;
}

type Lay = (from: Uint32Array, read: number, to: Uint32Array, place: number) => void;

const layFull: Lay = (from, read, to, place) => {
  for (let i = 0; i < at.piece; i++) to[place + i] = from[read + i];
};

/** Of eight bf16 numbers the first four become the lower halves of four words, the last four their upper halves. */
const layHalf: Lay = (from, read, to, place) => {
  for (let i = 0; i < 2; i++) {
    const [first, last] = [from[read + i], from[read + 2 + i]];
    to[place + 2 * i] = (first & 0xffff) | (last << 16);
    to[place + 2 * i + 1] = (first >>> 16) | (last & 0xffff0000);
  }
};

/** Row of a matrix that was laid out so, as f32 `[columns]`. */
export function placedRow(
  memory: KernelMemory,
  address: number,
  row: number,
  columns: number,
  isHalf: boolean,
): Float32Array {
  const pieceWords = isHalf ? at.piece / 2 : at.piece;
  const pieces = columns / at.piece;
  const groupWords = at.groupRows * pieces * pieceWords;
  const group = memory.words(address + 4 * Math.floor(row / at.groupRows) * groupWords, groupWords);
  const out = new Float32Array(columns);
  const bits = new Uint32Array(out.buffer);
  for (let k = 0; k < pieces; k++) {
    const from = (k * at.groupRows + (row % at.groupRows)) * pieceWords;
    for (let i = 0; i < pieceWords; i++) {
      const word = group[from + i];
      bits[k * at.piece + i] = isHalf ? word << 16 : word;
      if (isHalf) bits[k * at.piece + pieceWords + i] = word & 0xffff0000;
    }
  }
  return out;
}
