import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FeatureLabel } from "../../protocol/engine.ts";
import { EngineError } from "../errors.ts";

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

interface LabelFile {
  schema: string;
  maker: string;
  tokens: number;
  medianNorm: number;
  mean: number[];
  frequency: number[];
  maximum: number[];
  labels: Record<string, Omit<FeatureLabel, "maker">>;
}

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
  const fail = (message: string) =>
    new EngineError({
      code: "labels-invalid",
      message: `${path}: ${message}.`,
      remedy: "Remove the file, or make it again for this SAE.",
      subject: "sae",
      path,
    });
  let file: LabelFile;
  try {
    file = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw fail((error as Error).message);
  }
  if (file.schema !== "steerscope.labels/1") throw fail(`the schema ${file.schema} is unknown`);
  if (file.frequency?.length !== width || file.maximum?.length !== width || file.mean?.length !== dIn)
    throw fail("it belongs to an SAE of another width");
  return {
    source: `${file.maker}, ${file.tokens} tokens`,
    mean: Float32Array.from(file.mean),
    medianNorm: file.medianNorm,
    frequency: Float32Array.from(file.frequency),
    maximum: Float32Array.from(file.maximum),
    labels: new Map(
      Object.entries(file.labels).map(([latent, { text, precision, recall, f1, examples }]) => [
        Number(latent),
        { text, maker: file.maker, precision, recall, f1, examples },
      ]),
    ),
  };
}
