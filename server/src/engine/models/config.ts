import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../errors.ts";

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

type Json = Record<string, unknown>;

/** @throws EngineError `config-missing`, `config-invalid`, `architecture-unknown`, `config-unsupported` */
export function readConfig(folder: string): ModelConfig {
  const path = join(folder, "config.json");
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "model", path });
  if (!existsSync(path))
    throw fail("config-missing", `${folder} has no config.json.`, "Point to a Hugging Face snapshot folder.");
  let json: Json;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw fail(
      "config-invalid",
      `${path} is not JSON: ${(error as Error).message}.`,
      "Fetch the file again.",
    );
  }
  const number = (key: string, fallback?: number) => {
    const value = json[key] ?? fallback;
    if (typeof value !== "number" || !Number.isFinite(value))
      throw fail("config-invalid", `${path}: ${key} should be a number.`, "Fetch the file again.");
    return value;
  };
  const unsupported = (what: string) =>
    fail(
      "config-unsupported",
      `${path}: ${what} is not supported.`,
      "Use another model, or report which one this is.",
    );
  const activations: Record<string, ModelConfig["activation"]> = {
    silu: "silu",
    swish: "silu",
    gelu: "gelu",
    gelu_new: "gelu_tanh",
    gelu_pytorch_tanh: "gelu_tanh",
  };
  const activationName = String(
    json.hidden_act ?? json.activation_function ?? (json.model_type === "gpt2" ? "gelu_new" : "silu"),
  );
  const activation = activations[activationName];
  if (!activation) throw unsupported(`the activation ${activationName}`);

  const type = String(json.model_type);
  if (type === "llama" || type === "mistral") {
    const dModel = number("hidden_size");
    const heads = number("num_attention_heads");
    const headDim = number("head_dim", dModel / heads);
    if (headDim % 2 !== 0) throw unsupported(`a head of ${headDim} dimensions with rotary positions`);
    if ((json.partial_rotary_factor ?? 1) !== 1) throw unsupported("partial_rotary_factor");
    return {
      family: "llama",
      layers: number("num_hidden_layers"),
      dModel,
      dMlp: number("intermediate_size"),
      heads,
      kvHeads: number("num_key_value_heads", type === "mistral" ? 8 : heads),
      headDim,
      vocabulary: number("vocab_size"),
      contextLength: number("max_position_embeddings", 2048),
      normEpsilon: number("rms_norm_eps", 1e-6),
      tied: json.tie_word_embeddings === true,
      attentionBias: json.attention_bias === true,
      mlpBias: json.mlp_bias === true,
      rotary: rotaryFrequencies(json, headDim, unsupported),
      window: type === "mistral" && json.sliding_window !== null ? number("sliding_window", 4096) : null,
      activation,
    };
  }
  if (type === "gpt2") {
    if (json.scale_attn_weights === false || json.scale_attn_by_inverse_layer_idx === true)
      throw unsupported("this scaling of the attention weights");
    const dModel = number("n_embd");
    const heads = number("n_head");
    return {
      family: "gpt2",
      layers: number("n_layer"),
      dModel,
      dMlp: number("n_inner", 4 * dModel),
      heads,
      kvHeads: heads,
      headDim: dModel / heads,
      vocabulary: number("vocab_size"),
      contextLength: number("n_positions", 1024),
      normEpsilon: number("layer_norm_epsilon", 1e-5),
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

/** Inverse frequencies in f32 as Transformers computes them; `linear` and `llama3` scaling. */
function rotaryFrequencies(
  json: Json,
  headDim: number,
  unsupported: (what: string) => EngineError,
): Float32Array {
  const scaling = (json.rope_scaling ?? json.rope_parameters ?? {}) as Json;
  const theta = Number(json.rope_theta ?? scaling.rope_theta ?? 10_000);
  const type = String(scaling.rope_type ?? scaling.type ?? "default");
  const base = Float32Array.from({ length: headDim / 2 }, (_, i) => 1 / theta ** ((2 * i) / headDim));
  if (type === "default") return base;
  const factor = Number(scaling.factor);
  if (type === "linear") return base.map((f) => f / factor);
  if (type !== "llama3") throw unsupported(`the rope scaling ${type}`);
  const low = Number(scaling.low_freq_factor);
  const high = Number(scaling.high_freq_factor);
  const old = Number(scaling.original_max_position_embeddings);
  return base.map((f) => {
    const wavelength = (2 * Math.PI) / f;
    if (wavelength < old / high) return f;
    if (wavelength > old / low) return f / factor;
    const smooth = (old / wavelength - low) / (high - low);
    return ((1 - smooth) * f) / factor + smooth * f;
  });
}
