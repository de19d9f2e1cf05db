import { existsSync, readFileSync } from "node:fs";
import { EngineError } from "../errors.ts";

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
  /** Token ids left out when it was trained. */
  excludedIds: Set<number>;
  /** First position it was trained on. */
  firstPosition: number;
  declaredL0: number | null;
}

type Json = Record<string, unknown>;

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
  let json: Json;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw fail(
      "sae-config-invalid",
      `${path} is not JSON: ${(error as Error).message}.`,
      "Fetch the file again.",
    );
  }
  const metadata = (json.metadata ?? json) as Json;
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
    if (!Number.isInteger(json[key]))
      throw fail("sae-config-invalid", `${path}: ${key} should be a number.`, "Fetch the file again.");
  if (json.d_out !== undefined && json.d_out !== json.d_in) throw unsupported("a transcoder");

  const k = (json.k ?? (json.activation_fn_kwargs as Json | undefined)?.k ?? null) as number | null;
  if (architecture === "topk" && !Number.isInteger(k))
    throw fail("sae-config-invalid", `${path}: a topk SAE needs k.`, "Fetch the file again.");
  const slice = metadata.seqpos_slice as (number | null)[] | undefined;
  const excluded = metadata.exclude_special_tokens;
  const trainedK = (metadata.training_architecture_details as Json | undefined)?.k;
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
    prependBos: typeof metadata.prepend_bos === "boolean" ? metadata.prepend_bos : null,
    excludedIds: new Set(Array.isArray(excluded) ? (excluded as number[]) : []),
    firstPosition: Array.isArray(slice) && typeof slice[0] === "number" ? slice[0] : 0,
    declaredL0: architecture === "topk" ? k : typeof trainedK === "number" ? trainedK : null,
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
    ...(config.firstPosition > 0
      ? [`Positions before ${config.firstPosition} were not trained on and are flagged.`]
      : []),
    ...(config.excludedIds.size
      ? [`Token ids ${[...config.excludedIds].join(", ")} were not trained on and are flagged.`]
      : []),
    "FVU is ‖x − x̂‖² / ‖x − μ‖² with μ fixed for the SAE.",
  ];
}
