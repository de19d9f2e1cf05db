import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FeatureLabel } from "../../protocol/engine.ts";
import { EngineError } from "../errors.ts";
import { type Blame, isObject, readJsonObject } from "../files/json.ts";

/** What is known of an SAE on some text: the fixed mean of its FVU, and per-latent statistics. */
export interface SaeStatistics {
  /** What it was measured on, for people. */
  source: string;
  /** `[d]` mean residual at the hook. */
  mean: Float32Array;
  medianNorm: number;
  /** `[n]` share of tokens a latent fires on. */
  frequency: Float32Array;
  /** `[n]` largest activation, or null where too little text was seen to say. */
  maximum: Float32Array | null;
  labels: Map<number, FeatureLabel>;
  /** Measured here, with this model, at this hook point. */
  check: { l0: number; fvu: number; source: string };
}

const blame: Blame = {
  code: "labels-invalid",
  subject: "sae",
  remedy: "Remove the file, or make it again for this SAE.",
};

/**
 * Reads `steerscope.json` beside an SAE (schema `steerscope.labels/1`); null where there is none.
 * @throws EngineError `labels-invalid`
 */
export function readStatistics(
  folder: string,
  width: number,
  dIn: number,
): Omit<SaeStatistics, "check"> | null {
  const path = join(folder, "steerscope.json");
  if (!existsSync(path)) return null;
  const fail = (what: string) => new EngineError({ ...blame, message: `${path}: ${what}.`, path });
  const file = readJsonObject(path, blame);
  if (file.schema !== "steerscope.labels/1")
    throw fail(`the schema ${JSON.stringify(file.schema) ?? "(none)"} is unknown`);
  const { maker, tokens, medianNorm } = file;
  if (typeof maker !== "string") throw fail("maker should be a text");
  if (!isAtLeast0(tokens)) throw fail("tokens should be a number of at least 0");
  if (!isAtLeast0(medianNorm)) throw fail("medianNorm should be a number of at least 0");
  const numbers = (key: string, length: number, is: (value: unknown) => boolean, kind: string) => {
    const list = file[key];
    if (!Array.isArray(list)) throw fail(`${key} should be a list`);
    if (list.length !== length) throw fail("it belongs to an SAE of another width");
    const wrong = list.findIndex((value) => !is(value));
    if (wrong >= 0) throw fail(`${key}[${wrong}] should be a ${kind} and is ${JSON.stringify(list[wrong])}`);
    return Float32Array.from(list);
  };
  if (!isObject(file.labels)) throw fail("labels should be an object");
  const labels = new Map<number, FeatureLabel>();
  for (const [latent, label] of Object.entries(file.labels)) {
    if (!/^\d+$/.test(latent) || Number(latent) >= width)
      throw fail(`labels has ${JSON.stringify(latent)}, and the SAE's latents are 0 to ${width - 1}`);
    if (!isObject(label) || typeof label.text !== "string") throw fail(`the label of ${latent} has no text`);
    const scores: Partial<Record<(typeof scoreNames)[number], number>> = {};
    for (const name of scoreNames) {
      const score = label[name];
      if (score == null) continue;
      if (!isAtLeast0(score)) throw fail(`${name} of the label of ${latent} should be a number`);
      scores[name] = score;
    }
    labels.set(Number(latent), { text: label.text, maker, ...scores });
  }
  return {
    source: `${maker}, ${tokens} tokens`,
    mean: numbers("mean", dIn, (value) => Number.isFinite(value), "number"),
    medianNorm,
    frequency: numbers("frequency", width, (value) => isAtLeast0(value) && value <= 1, "share from 0 to 1"),
    maximum: numbers("maximum", width, isAtLeast0, "number of at least 0"),
    labels,
  };
}

const scoreNames = ["precision", "recall", "f1", "examples", "from"] as const;

const isAtLeast0 = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;
