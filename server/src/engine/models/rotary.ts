import { EngineError } from "../errors.ts";
import { type Blame, isObject, type JsonObject } from "../files/json.ts";
import { numbersOf } from "./config-numbers.ts";

/**
 * Inverse frequencies `[headDim / 2]` in f32 as Transformers computes them; `linear` and `llama3` scaling.
 * @param json config.json
 * @throws EngineError with `blame`'s code, or `config-unsupported`
 */
export function rotaryFrequencies(
  json: JsonObject,
  headDim: number,
  path: string,
  blame: Blame,
): Float32Array {
  const top = numbersOf(json, path, blame);
  const key = json.rope_scaling == null ? "rope_parameters" : "rope_scaling";
  const scaling = json[key] ?? {};
  if (!isObject(scaling)) throw top.fail(`${key} should be an object`);
  const { positive, fail } = numbersOf(scaling, path, blame, `${key}.`);
  const theta = json.rope_theta == null ? positive("rope_theta", 10_000) : top.positive("rope_theta");
  const type = String(scaling.rope_type ?? scaling.type ?? "default");
  const base = Float32Array.from({ length: headDim / 2 }, (_, i) => 1 / theta ** ((2 * i) / headDim));
  if (type === "default") return base;
  if (type !== "linear" && type !== "llama3")
    throw new EngineError({
      code: "config-unsupported",
      message: `${path}: the rope scaling ${type} is not supported.`,
      remedy: "Use another model, or report which one this is.",
      subject: "model",
      path,
    });
  const factor = positive("factor");
  if (type === "linear") return base.map((f) => f / factor);
  const low = positive("low_freq_factor");
  const high = positive("high_freq_factor");
  const old = positive("original_max_position_embeddings");
  if (high <= low) throw fail(`${key}.high_freq_factor should be above low_freq_factor`);
  return base.map((f) => {
    const wavelength = (2 * Math.PI) / f;
    if (wavelength < old / high) return f;
    if (wavelength > old / low) return f / factor;
    const smooth = (old / wavelength - low) / (high - low);
    return ((1 - smooth) * f) / factor + smooth * f;
  });
}
