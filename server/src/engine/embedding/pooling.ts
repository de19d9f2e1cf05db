import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pooling } from "../../protocol/embedding.ts";
import { EngineError } from "../errors.ts";
import { type Blame, isObject, parseJsonObject, readJsonObject } from "../files/json.ts";

const blame: Blame = { code: "embedding-invalid", subject: "model", remedy: "Fetch the file again." };
/** As files before sentence-transformers 5.2 spell the modes, and those since. */
const modes: Record<string, Pooling> = {
  ...{ mean_tokens: "mean", cls_token: "cls", max_tokens: "max" },
  ...{ mean: "mean", cls: "cls", max: "max" },
};

/**
 * How a sentence-transformers folder says that token vectors become one, in `1_Pooling/config.json`.
 * @param usual what counts where it says nothing
 * @throws EngineError `embedding-unsupported` for any other pooling, or several at once
 */
export function poolingOf(folder: string, usual: Pooling): Pooling {
  const path = join(folder, "1_Pooling", "config.json");
  if (!existsSync(path)) return usual;
  const config = readJsonObject(path, blame);
  const flags = Object.keys(config).filter((key) => key.startsWith("pooling_mode_") && config[key] === true);
  const asked = flags.map((key) => key.slice("pooling_mode_".length));
  if (config.pooling_mode !== undefined) asked.push(String(config.pooling_mode));
  if (asked.length === 0) return usual;
  if (asked.length === 1 && Object.hasOwn(modes, asked[0])) return modes[asked[0]];
  throw unsupported(path, `pools by ${asked.join(" and ")}`);
}

/**
 * Refuses a model that does more to the pooled vector than normalise it, as `modules.json` tells: the graph lacks that part.
 * @throws EngineError `embedding-unsupported`, `embedding-invalid`
 */
export function requirePlain(folder: string): void {
  const path = join(folder, "modules.json");
  if (!existsSync(path)) return;
  // A list, while what reads it and names the line that is wrong wants an object.
  const { modules } = parseJsonObject(`{"modules":${readFileSync(path, "utf8")}}`, path, blame);
  const types = Array.isArray(modules) ? modules.map((it) => (isObject(it) ? String(it.type) : "")) : [];
  const more = types.find((type) => /\.Dense$/.test(type));
  if (more) throw unsupported(path, `puts a dense layer (${more}) behind the pooling`);
}

/**
 * One vector of norm 1 from those of a text's tokens.
 * @param hidden `[T × width]`, all of tokens that count
 */
export function pooled(hidden: Float32Array, width: number, pooling: Pooling): Float32Array {
  const tokens = hidden.length / width;
  if (pooling === "cls") return normalised(hidden.slice(0, width));
  const sums = new Float64Array(width).fill(pooling === "max" ? Number.NEGATIVE_INFINITY : 0);
  for (let t = 0; t < tokens; t++)
    for (let i = 0; i < width; i++) {
      const value = hidden[t * width + i];
      sums[i] = pooling === "max" ? Math.max(sums[i], value) : sums[i] + value / tokens;
    }
  return normalised(Float32Array.from(sums));
}

/** Of norm 1; a vector of zeros stays one. */
export function normalised(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares) || 1;
  return vector.map((value) => value / norm);
}

function unsupported(path: string, why: string): EngineError {
  return new EngineError({
    code: "embedding-unsupported",
    message: `${path} ${why}, which is not known here.`,
    remedy: "Name another model in the setting steerscope.embeddingModel.",
    subject: "model",
    path,
  });
}
