import { existsSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../errors.ts";
import { type Blame, readJsonObject } from "../files/json.ts";
import { numbersOf } from "./config-numbers.ts";
import { rotaryFrequencies } from "./rotary.ts";

/** What config.json says, under names that do not depend on the family. */
export interface ModelConfig {
  family: "llama" | "gpt2";
  layers: number;
  dModel: number;
  dMlp: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabulary: number;
  contextLength: number;
  normEpsilon: number;
  tied: boolean;
  attentionBias: boolean;
  mlpBias: boolean;
  /** Rotary frequencies `[headDim / 2]`, scaled as `rope_scaling` says; null for learned positions. */
  rotary: Float32Array | null;
  /** Tokens a query may look back, itself included; null for all. */
  window: number | null;
  activation: "silu" | "gelu" | "gelu_tanh";
}

const activations = new Map<string, ModelConfig["activation"]>([
  ["silu", "silu"],
  ["swish", "silu"],
  ["gelu", "gelu"],
  ["gelu_new", "gelu_tanh"],
  ["gelu_pytorch_tanh", "gelu_tanh"],
]);
const blame: Blame = { code: "config-invalid", subject: "model", remedy: "Fetch the file again." };

/** @throws EngineError `config-missing`, `config-invalid`, `architecture-unknown`, `config-unsupported` */
export function readConfig(folder: string): ModelConfig {
  const path = join(folder, "config.json");
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "model", path });
  if (!existsSync(path))
    throw fail("config-missing", `${folder} has no config.json.`, "Point to a Hugging Face snapshot folder.");
  const json = readJsonObject(path, blame);
  const { count, positive, fail: invalid } = numbersOf(json, path, blame);
  const unsupported = (what: string) =>
    fail(
      "config-unsupported",
      `${path}: ${what} is not supported.`,
      "Use another model, or report which one this is.",
    );
  const activationName = String(
    json.hidden_act ?? json.activation_function ?? (json.model_type === "gpt2" ? "gelu_new" : "silu"),
  );
  const activation = activations.get(activationName);
  if (!activation) throw unsupported(`the activation ${activationName}`);

  const type = String(json.model_type);
  /** Width of a head where the file gives none. */
  const share = (dModel: number, heads: number) => {
    if (dModel % heads !== 0) throw invalid(`${heads} heads do not share ${dModel} dimensions evenly`);
    return dModel / heads;
  };
  if (type === "llama" || type === "mistral") {
    const dModel = count("hidden_size");
    const heads = count("num_attention_heads");
    const kvHeads = count("num_key_value_heads", type === "mistral" ? 8 : heads);
    if (heads % kvHeads !== 0) throw invalid(`${kvHeads} key-value heads do not serve ${heads} heads evenly`);
    const headDim = json.head_dim == null ? share(dModel, heads) : count("head_dim");
    if (headDim % 2 !== 0 || headDim > 65_536)
      throw unsupported(`a head of ${headDim} dimensions with rotary positions`);
    if ((json.partial_rotary_factor ?? 1) !== 1) throw unsupported("partial_rotary_factor");
    return {
      family: "llama",
      layers: count("num_hidden_layers"),
      dModel,
      dMlp: count("intermediate_size"),
      heads,
      kvHeads,
      headDim,
      vocabulary: count("vocab_size"),
      contextLength: count("max_position_embeddings", 2048),
      normEpsilon: positive("rms_norm_eps", 1e-6),
      tied: json.tie_word_embeddings === true,
      attentionBias: json.attention_bias === true,
      mlpBias: json.mlp_bias === true,
      rotary: rotaryFrequencies(json, headDim, path, blame),
      window: type === "mistral" && json.sliding_window !== null ? count("sliding_window", 4096) : null,
      activation,
    };
  }
  if (type === "gpt2") {
    if (json.scale_attn_weights === false || json.scale_attn_by_inverse_layer_idx === true)
      throw unsupported("this scaling of the attention weights");
    const dModel = count("n_embd");
    const heads = count("n_head");
    return {
      family: "gpt2",
      layers: count("n_layer"),
      dModel,
      dMlp: count("n_inner", 4 * dModel),
      heads,
      kvHeads: heads,
      headDim: share(dModel, heads),
      vocabulary: count("vocab_size"),
      contextLength: count("n_positions", 1024),
      normEpsilon: positive("layer_norm_epsilon", 1e-5),
      tied: json.tie_word_embeddings !== false,
      attentionBias: true,
      mlpBias: true,
      rotary: null,
      window: null,
      activation,
    };
  }
  throw fail(
    "architecture-unknown",
    `${path}: the architecture ${type} is unknown here (known: llama, mistral, gpt2).`,
    "Choose a model of a known architecture.",
  );
}
