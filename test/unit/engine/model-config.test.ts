import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../../server/src/engine/models/config.ts";
import { editJson, problemOf } from "./damage.ts";

const facts = join(import.meta.dirname, "../../parity/models/facts");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-config-"));
const path = join(scratch, "config.json");
afterAll(() => rmSync(scratch, { recursive: true }));
const read = async () => readConfig(scratch);

const llama3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 16,
};

describe.each<[string, [string, unknown][]]>([
  [
    "llama-mha-tied-f32",
    [
      ["max_position_embeddings", 0],
      ["max_position_embeddings", "512"],
      ["hidden_size", -24],
      ["hidden_size", 24.5],
      ["num_attention_heads", 0],
      ["num_attention_heads", undefined],
      ["num_key_value_heads", 3],
      ["num_hidden_layers", []],
      ["vocab_size", 1e300],
      ["head_dim", 0],
      ["intermediate_size", true],
      ["rms_norm_eps", 0],
      ["rope_theta", 0],
      ["rope_theta", "big"],
      ["rope_scaling", "linear"],
      ["rope_scaling", [1]],
      ["rope_scaling", { type: "linear" }],
      ["rope_scaling", { type: "linear", factor: 0 }],
      ["rope_scaling", { type: "linear", factor: "2" }],
      ["rope_scaling", { ...llama3, factor: null }],
      ["rope_scaling", { ...llama3, low_freq_factor: undefined }],
      ["rope_scaling", { ...llama3, high_freq_factor: 1 }],
      ["rope_scaling", { ...llama3, original_max_position_embeddings: -1 }],
      ["rope_parameters", { rope_type: "linear" }],
    ],
  ],
  [
    "mistral-window-f16",
    [
      ["sliding_window", 0],
      ["sliding_window", 1.5],
    ],
  ],
  [
    "gpt2-bare-bf16",
    [
      ["n_embd", 25],
      ["n_head", 0],
      ["n_inner", -1],
      ["n_positions", 0],
      ["layer_norm_epsilon", "small"],
    ],
  ],
])("of %s", (name, changes) => {
  beforeEach(() => cpSync(join(facts, name, "config.json"), path));

  it("is sound as it is", async () => {
    expect((await read()).layers).toBeGreaterThan(0);
  });

  it.each(changes)("%s cannot be %j", async (key, value) => {
    editJson(path, (json) => {
      // Where both stand, rope_theta and rope_scaling are read before rope_parameters.
      if (key === "rope_parameters") json.rope_scaling = null;
      if (key === "num_attention_heads") json.head_dim = 8;
      if (key === "n_embd") json.n_head = 4;
      json[key] = value;
    });
    const problem = await problemOf(read());
    expect(problem).toMatchObject({ code: "config-invalid", subject: "model", path });
    expect(problem.message).toContain(path);
  });
});

it.each(["null", "[]", "{"])("of the text %s is refused", async (text) => {
  writeFileSync(path, text);
  expect(await problemOf(read())).toMatchObject({ code: "config-invalid", path });
});

it.each([
  ["hidden_act", "constructor"],
  ["head_dim", 2 ** 40],
  ["rope_scaling", { type: "yarn", factor: 2 }],
])("with %s %j is not supported", async (key, value) => {
  cpSync(join(facts, "llama-mha-tied-f32", "config.json"), path);
  editJson(path, (json) => {
    json[key] = value;
  });
  expect(await problemOf(read())).toMatchObject({ code: "config-unsupported", path });
});
