import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type {
  AnalyseParams,
  Analysis,
  Description,
  Setup,
  TextsParams,
} from "../../../server/src/protocol/engine.ts";
import { FakeEngine, width } from "../store/fake-engine.ts";

/** A character is a token; the latent of its code fires on it, with its code. */
export const latentOf = (character: string) => character.charCodeAt(0) % width;

/** The fake engine with what an import asks of it. */
export class ExchangeEngine extends FakeEngine {
  vocabulary = 70_000;

  override async describe(setup: Pick<Setup, "model">): Promise<Description> {
    const description = await super.describe(setup);
    return { ...description, model: { ...description.model, dModel: 8, vocabulary: this.vocabulary } };
  }

  async texts({ ids }: TextsParams): Promise<Map<number, string>> {
    return new Map(Array.from(ids, (id) => [id, id === 1 ? "<s>" : String.fromCharCode(id)]));
  }

  async analyse({ messages: [{ text }] }: AnalyseParams): Promise<Analysis> {
    const characters = [...text];
    const codes = characters.map((it) => it.charCodeAt(0));
    // A start mark comes first.
    const n = codes.length + 1;
    const sae = {
      rows: Int32Array.from({ length: n + 1 }, (_, t) => Math.max(0, t - 1)),
      indices: Int32Array.from(characters, latentOf),
      values: Float32Array.from(codes),
      l0: new Int32Array(n),
      fvu: new Float32Array(n),
      outside: Uint8Array.from({ length: n }, (_, t) => (t === 0 ? 1 : 0)),
    };
    return {
      ids: Int32Array.from([1, ...codes]),
      spans: { message: Int32Array.from({ length: n }, (_, t) => (t === 0 ? -1 : 0)) },
      texts: new Map([[1, "<s>"], ...codes.map((code, i): [number, string] => [code, characters[i]])]),
      saes: [sae],
    } as unknown as Analysis;
  }
}

/** An example in Neuronpedia's shape that fits what the engine computes. */
export function activation(text: string, peak: number, changed: object = {}) {
  const latent = latentOf(text[peak]);
  const tokens = ["<s>", ...text];
  const values = tokens.map((it) => (it.length === 1 && latentOf(it) === latent ? it.charCodeAt(0) : 0));
  return {
    id: "clx0",
    tokens,
    modelId: "fake-small",
    layer: "0-res-demo",
    index: String(latent),
    maxValue: text.charCodeAt(peak),
    maxValueTokenIndex: peak + 1,
    minValue: 0,
    values,
    creatorId: "someone",
    createdAt: "2026-01-01T00:00:00",
    dfaValues: [],
    lossValues: [],
    binMin: -1,
    binMax: 99,
    binContains: -1,
    ...changed,
  };
}

export const feature = (index: number, changed: object = {}) => ({
  modelId: "fake-small",
  layer: "0-res-demo",
  index: String(index),
  sourceSetName: "res-demo",
  maxActApprox: 120.5,
  hasVector: false,
  vector: [],
  hookName: "blocks.0.hook_resid_post",
  topkCosSimIndices: [0],
  topkCosSimValues: [0.5],
  correlated_features_indices: [9],
  neg_str: ["no", "A"],
  neg_values: [-0.9, -0.5],
  pos_str: ["A"],
  pos_values: [1.5],
  frac_nonzero: 0.125,
  freq_hist_data_bar_heights: [4, 2],
  freq_hist_data_bar_values: [30, 90],
  logits_hist_data_bar_heights: [1],
  logits_hist_data_bar_values: [0.1],
  decoder_weights_dist: [],
  ...changed,
});

export const explanation = (index: number, description: string, changed: object = {}) => ({
  id: "clx1",
  modelId: "fake-small",
  layer: "0-res-demo",
  index: String(index),
  description,
  authorId: "someone",
  typeName: "oai_token-act-pair",
  explanationModelName: "a-model",
  embedding: "[0.1,0.2]",
  ...changed,
});

export const jsonl = (records: object[]) => records.map((it) => `${JSON.stringify(it)}\n`).join("");

export function writeGzip(path: string, records: object[]): string {
  writeFileSync(path, gzipSync(jsonl(records)));
  return path;
}
