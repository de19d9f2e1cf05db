import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Graph } from "../../../server/src/engine/onnx/graph.ts";

/** A graph that gives its ids back, under the names that it is given. */
export function graphOf(input: string, output: string): Uint8Array {
  const graph = new Graph();
  const value = graph.input(input, "i64", ["batch", "sequence"]);
  graph.expose(graph.node("Cast", [value], { to: 1 }, output), "f32", ["batch", "sequence"]);
  return graph.encode();
}
const onnx = (folder: string) => join(folder, "onnx/model.onnx");

/** What may be wrong with a folder of an embedding model. */
export const damage: Record<string, { work(folder: string): void; says: RegExp; code: string }> = {
  "a graph that is cut short": {
    work: (folder) => truncateSync(onnx(folder), 1000),
    says: /model\.onnx cannot be loaded as ONNX/,
    code: "embedding-invalid",
  },
  "weights that are gone": {
    work: (folder) => rmSync(join(folder, "onnx/model.onnx_data")),
    says: /model\.onnx cannot be loaded as ONNX/,
    code: "embedding-invalid",
  },
  "a tokenizer that is no JSON": {
    work: (folder) => writeFileSync(join(folder, "tokenizer.json"), "{"),
    says: /tokenizer\.json.* is not JSON/,
    code: "embedding-invalid",
  },
  "a tokenizer of no known kind": {
    work: (folder) => writeFileSync(join(folder, "tokenizer.json"), '{"model":{"type":"Magic"}}'),
    says: /tokenizer\.json cannot be built into a tokenizer/,
    code: "embedding-invalid",
  },
  "a layer behind the pooling": {
    work: (folder) =>
      writeFileSync(join(folder, "modules.json"), '[{"type":"sentence_transformers.models.Dense"}]'),
    says: /modules\.json puts a dense layer/,
    code: "embedding-unsupported",
  },
  "modules that are no list": {
    work: (folder) => writeFileSync(join(folder, "modules.json"), "[{]"),
    says: /modules\.json.* is not JSON/,
    code: "embedding-invalid",
  },
  "a graph that asks for more": {
    work: (folder) => writeFileSync(onnx(folder), graphOf("pixel_values", "last_hidden_state")),
    says: /asks for “pixel_values”/,
    code: "embedding-unsupported",
  },
  "a graph that gives nothing of the kind": {
    work: (folder) => writeFileSync(onnx(folder), graphOf("input_ids", "logits")),
    says: /gives logits, none of/,
    code: "embedding-unsupported",
  },
};
