import { existsSync } from "node:fs";
import { EngineError } from "../errors.ts";
import { isObject, type JsonObject, readJsonObject } from "../files/json.ts";

/** What a SAELens `cfg.json` says, v6 or older, with its defaults made explicit. */
export interface SaeConfig {
  architecture: "standard" | "topk" | "jumprelu";
  dIn: number;
  width: number;
  /** Subtract `b_dec` from the input before encoding. */
  subtractDecoderBias: boolean;
  normalize: "none" | "expected_average_only_in" | "constant_norm_rescale" | "layer_norm";
  /** Multiply pre-activations by `‖W_dec_i‖` before the top k, divide again when decoding. */
  rescaleByDecoderNorm: boolean;
  k: number | null;
  hook: string | null;
  modelName: string | null;
  prependBos: boolean | null;
  /** Token ids left out when it was trained; `special`: all that are special in the vocabulary. */
  excluded: Set<number> | "special";
  /** Positions it was trained on: `from`, `from + step`, … below `to`. */
  positions: { from: number; to: number; step: number };
  declaredL0: number | null;
}

/** @throws EngineError `sae-config-missing`, `sae-config-invalid`, `sae-unsupported` */
export function readSaeConfig(path: string): SaeConfig {
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "sae", path });
  if (!existsSync(path))
    throw fail(
      "sae-config-missing",
      `${path} does not exist.`,
      "An SAELens folder holds cfg.json beside sae_weights.safetensors.",
    );
  const json = readJsonObject(path, {
    code: "sae-config-invalid",
    subject: "sae",
    remedy: "Fetch the file again.",
  });
  const isPreV6 = json.metadata === undefined;
  const metadata = isObject(json.metadata) ? json.metadata : json;
  const unsupported = (what: string) =>
    fail(
      "sae-unsupported",
      `${path}: ${what} is not supported.`,
      "Use a standard, topk or jumprelu SAE saved by SAELens.",
    );

  const oldTopK = (json.activation_fn ?? json.activation_fn_str) === "topk";
  const architecture = oldTopK ? "topk" : String(json.architecture ?? "standard");
  if (architecture !== "standard" && architecture !== "topk" && architecture !== "jumprelu")
    throw unsupported(`the architecture ${architecture}`);
  const normalizeValue = json.normalize_activations;
  const normalize = normalizeValue === true ? "expected_average_only_in" : String(normalizeValue || "none");
  if (
    normalize !== "none" &&
    normalize !== "expected_average_only_in" &&
    normalize !== "constant_norm_rescale" &&
    normalize !== "layer_norm"
  )
    throw unsupported(`normalize_activations ${normalize}`);
  for (const key of ["d_in", "d_sae"])
    if (!Number.isSafeInteger(json[key]) || (json[key] as number) < 1)
      throw fail(
        "sae-config-invalid",
        `${path}: ${key} should be a whole number from 1 on.`,
        "Fetch the file again.",
      );
  if (json.d_out !== undefined && json.d_out !== json.d_in) throw unsupported("a transcoder");

  const k = (json.k ?? (json.activation_fn_kwargs as JsonObject | undefined)?.k ?? null) as number | null;
  if (architecture === "topk" && !(Number.isSafeInteger(k) && (k as number) > 0))
    throw fail("sae-config-invalid", `${path}: a topk SAE needs a whole number k.`, "Fetch the file again.");
  const excluded = metadata.exclude_special_tokens;
  const trainedK = (metadata.training_architecture_details as JsonObject | undefined)?.k;
  return {
    architecture,
    dIn: json.d_in as number,
    width: json.d_sae as number,
    subtractDecoderBias: json.apply_b_dec_to_input !== false,
    normalize,
    rescaleByDecoderNorm: architecture === "topk" && json.rescale_acts_by_decoder_norm === true,
    k,
    hook: (metadata.hook_name ?? metadata.hook_point ?? null) as string | null,
    modelName: (metadata.model_name ?? null) as string | null,
    // Before v6 the key could be missing, and SAELens then read it as true.
    prependBos: typeof metadata.prepend_bos === "boolean" ? metadata.prepend_bos : isPreV6 ? true : null,
    excluded: excluded === true ? "special" : new Set(Array.isArray(excluded) ? (excluded as number[]) : []),
    positions: trainedPositions(metadata),
    declaredL0: architecture === "topk" ? k : typeof trainedK === "number" ? trainedK : null,
  };
}

/** `seqpos_slice` as Python's slice over a context of `context_size` tokens; what is before or behind it was not trained on. */
function trainedPositions(metadata: JsonObject): SaeConfig["positions"] {
  const slice = Array.isArray(metadata.seqpos_slice) ? (metadata.seqpos_slice as (number | null)[]) : [];
  // Python's slice(n) is all before n.
  const [start, stop, step] = slice.length === 1 ? [null, slice[0], null] : slice;
  const size = typeof metadata.context_size === "number" ? metadata.context_size : null;
  const resolved = (value: number) => (value >= 0 ? value : size === null ? 0 : Math.max(0, size + value));
  return {
    from: typeof start === "number" ? resolved(start) : 0,
    to: typeof stop === "number" && (stop >= 0 || size !== null) ? resolved(stop) : Number.POSITIVE_INFINITY,
    step: typeof step === "number" && step > 0 ? step : 1,
  };
}

/** The conventions of an SAE as sentences for people (I4). */
export function saeConventions(config: SaeConfig, dtype: string): string[] {
  const activation = {
    standard: "Latents are ReLU of the pre-activation.",
    topk: `The ${config.k} largest pre-activations are kept, then ReLU.`,
    jumprelu: "A latent fires where its pre-activation is strictly above its threshold (compared in f32).",
  }[config.architecture];
  const normalise = {
    none: "Activations are not normalised.",
    expected_average_only_in:
      "Input scaling is taken as folded into the weights (expected_average_only_in does nothing at run time).",
    constant_norm_rescale: "Each token is rescaled to norm √d before encoding, and back after decoding.",
    layer_norm: "Each token is standardised before encoding (unbiased std, ε 1e-5), and back after decoding.",
  }[config.normalize];
  return [
    ...(config.modelName ? [`Trained on ${config.modelName}, as its file says.`] : []),
    activation,
    normalise,
    config.subtractDecoderBias
      ? "b_dec is subtracted from the input."
      : "b_dec is not subtracted from the input.",
    ...(config.rescaleByDecoderNorm ? ["Pre-activations are scaled by decoder norms before the top k."] : []),
    "Activations are in the SAE's own units, unfolded, as SAELens' encode gives them.",
    `Weights are ${dtype}, computed in f32.`,
    config.prependBos === null
      ? "The file does not say whether a start token was prepended in training."
      : config.prependBos
        ? "Trained with a start token prepended."
        : "Trained without a start token.",
    ...notTrainedOn(config),
    "FVU is ‖x − x̂‖² / ‖x − μ‖² with μ fixed for the SAE.",
  ];
}

function notTrainedOn({ positions: { from, to, step }, excluded }: SaeConfig): string[] {
  const said: string[] = [];
  if (from > 0) said.push(`Positions before ${from} were not trained on and are flagged.`);
  if (to !== Number.POSITIVE_INFINITY)
    said.push(`Positions from ${to} on were not trained on and are flagged.`);
  if (step > 1) said.push(`Only every ${step}. position was trained on; the others are flagged.`);
  if (excluded === "special") said.push("Special tokens were not trained on and are flagged.");
  else if (excluded.size > 0)
    said.push(`Token ids ${[...excluded].join(", ")} were not trained on and are flagged.`);
  return said;
}
