import { existsSync } from "node:fs";
import { tensorBytes } from "../../../files/tensor-bytes.ts";
import { TensorFile } from "../../../files/tensor-file.ts";
import { writeWhole } from "../../../files/write-whole.ts";
import { methodProblem } from "../problems.ts";
import type { Effects } from "./fit.ts";
import type { LinearFit } from "./ridge.ts";

/** Measured effects of steering by decoder directions, and what decided them. */
export interface EffectsFile {
  /** What decided them, by name: another model, SAE, strength or way of writing is another file. */
  about: Record<string, string>;
  /** Latent of each row. */
  latents: number[];
  effects: Effects;
  /** Null until all are measured. */
  fit: LinearFit | null;
}

/**
 * Writes them in one step as safetensors: `baseline` `[n]`, `latents` `[rows]`, `changes` `[rows, n]` and, once they are
 * fitted, the effect approximator `W` `[d, n]` and `b` `[n]`, under the names that the authors' files have.
 */
export function writeEffects(path: string, { about, latents, effects, fit }: EffectsFile): void {
  const { baseline, rows } = effects;
  const changes = new Float32Array(rows.length * baseline.length);
  rows.forEach(({ change }, r) => {
    changes.set(change, r * baseline.length);
  });
  const bytes = tensorBytes(
    [
      { name: "baseline", shape: [baseline.length], data: baseline },
      {
        name: "latents",
        shape: [rows.length],
        data: Float32Array.from(rows, ({ vector }) => latents[vector]),
      },
      { name: "changes", shape: [rows.length, baseline.length], data: changes },
      ...(fit
        ? [
            { name: "W", shape: [fit.inputs, fit.outputs], data: fit.m },
            { name: "b", shape: [fit.outputs], data: fit.b },
          ]
        : []),
    ],
    about,
  );
  writeWhole(path, bytes);
}

/** @throws ProblemError `effects-invalid`; null where there is no such file */
export function readEffects(path: string): EffectsFile | null {
  if (!existsSync(path)) return null;
  const file = TensorFile.open(path, bad);
  try {
    const [n] = file.shape("baseline") ?? [];
    const [rows] = file.shape("latents") ?? [];
    const shape = file.shape("changes");
    if (!n || rows === undefined || shape?.[0] !== rows || shape[1] !== n)
      throw bad(path, "holds no measured effects");
    const floats = (name: string, from: number, to: number) => Float32Array.from(file.read(name, from, to));
    const latents = Array.from(file.read("latents", 0, rows));
    const effects = {
      baseline: floats("baseline", 0, n),
      rows: latents.map((_, r) => ({ vector: r, change: floats("changes", r * n, (r + 1) * n) })),
    };
    const size = file.shape("W");
    if (size && (size[1] !== n || file.shape("b")?.[0] !== n)) throw bad(path, "has a fit of another width");
    const fit = size && {
      inputs: size[0],
      outputs: n,
      m: floats("W", 0, size[0] * n),
      b: floats("b", 0, n),
    };
    return { about: file.metadata, latents, effects, fit };
  } finally {
    file.close();
  }
}

function bad(path: string, what: string) {
  return methodProblem(
    "effects-invalid",
    `${path} ${what}.`,
    "Name a file that `steerscope steer effects` wrote.",
    path,
  );
}
