import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../../server/src/explain/random.ts";
import type {
  Generated,
  GenerateParams,
  ReadAnswer,
  ReadParams,
} from "../../../server/src/protocol/steering.ts";
import type { Engine, RolloutOptions } from "../../../server/src/steering/methods/sae-ts/effects.ts";
import { meanOnRollouts } from "../../../server/src/steering/methods/sae-ts/effects.ts";
import { readEffects, writeEffects } from "../../../server/src/steering/methods/sae-ts/effects-file.ts";
import { type Effects, fitEffects, measureEffects } from "../../../server/src/steering/methods/sae-ts/fit.ts";
import { fitRidge, predict } from "../../../server/src/steering/methods/sae-ts/ridge.ts";
import { predictedEffects, targetedVector } from "../../../server/src/steering/methods/sae-ts/target.ts";

const [d, width] = [6, 4];
/** What steering does in this world: y = x M + b, with no noise. */
const truth = Array.from({ length: d * width }, (_, i) => Math.sin(3 * i + 1));
const shift = [0.4, -0.1, 0.2, 0];

/** An engine whose texts remember by what they were steered, and whose latents answer as the truth says. */
class LinearWorld implements Engine {
  readonly asked: GenerateParams[] = [];
  #texts: Float32Array[] = [];

  async generate(params: GenerateParams): Promise<Generated> {
    this.asked.push(params);
    const [edit] = params.steering;
    const direction = edit?.directions[0].direction;
    this.#texts.push(direction?.kind === "vector" ? direction.vector : new Float32Array(0));
    const samples = [
      {
        ids: Int32Array.of(this.#texts.length - 1, 0),
        text: "",
        logprobs: Float32Array.of(0, 0),
        end: "length" as const,
      },
    ];
    return {
      setupId: "s",
      promptIds: Int32Array.of(9),
      samples,
      held: [],
      conventions: [],
      promptMs: 0,
      decodeMs: 0,
    };
  }

  async read({ texts }: ReadParams): Promise<ReadAnswer> {
    return {
      setupId: "s",
      texts: texts.map(({ ids }) => {
        const x = this.#texts[ids[1]];
        const mean = Float32Array.from({ length: width }, (_, o) =>
          x.length === 0
            ? 1
            : 1 + shift[o] + x.reduce((sum, value, i) => sum + value * truth[i * width + o], 0),
        );
        const indices = Int32Array.from({ length: width }, (_, i) => i);
        const latents = [{ indices, mean, maximum: mean }];
        return { base: { logprobs: new Float32Array(0), latents }, steered: null, kl: null };
      }),
    };
  }
}

const options: RolloutOptions = {
  setup: { model: "m", saes: ["s"], device: "cpu" },
  sae: 0,
  width,
  hook: "blocks.0.hook_resid_post",
  strength: 0.5,
  prompts: [[{ role: null, text: "one" }], [{ role: null, text: "two" }]],
  samples: 1,
  maxTokens: 2,
  sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 },
};
const vectors = Array.from({ length: 30 }, (_, v) => {
  const next = random(v);
  const vector = Float32Array.from({ length: d }, () => next() - 0.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
});
const folder = mkdtempSync(join(tmpdir(), "steerscope-sae-ts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function measured(upTo = vectors.length, effects?: Effects) {
  const world = new LinearWorld();
  const known = effects ?? { baseline: await meanOnRollouts(world, null, options), rows: [] };
  await measureEffects(world, vectors.slice(0, upTo), known, options, { measured: () => {} });
  return { world, effects: known };
}

describe("SAE-TS", () => {
  it("finds what steering does, and foresees it for directions it was not fitted to", async () => {
    const { effects } = await measured();
    const { fit, heldOut, rows } = fitEffects(vectors, effects, [1e-9]);
    expect(rows).toBe(30);
    for (const [i, value] of truth.entries()) expect(fit.m[i]).toBeCloseTo(value, 3);
    for (const [o, value] of shift.entries()) expect(fit.b[o]).toBeCloseTo(value, 3);
    expect(heldOut).toBeGreaterThan(0.999);
  });

  it("takes the penalty that foresees held-out effects best", async () => {
    const { effects } = await measured();
    expect(fitEffects(vectors, effects, [1000, 1e-9, 100]).ridge).toBe(1e-9);
    expect(fitEffects(vectors, effects, [1000, 100]).ridge).toBe(100);
  });

  it("aims at one latent and takes out what any steering does", async () => {
    const { effects } = await measured();
    const { fit } = fitEffects(vectors, effects, [1e-9]);
    for (let latent = 0; latent < width; latent++) {
      const plain = targetedVector(fit, latent, 0);
      const aimed = targetedVector(fit, latent);
      expect(Math.hypot(...aimed)).toBeCloseTo(1, 5);
      // M b, along which any steering moves: less of it is left.
      const common = Float32Array.from({ length: d }, (_, i) =>
        shift.reduce((sum, value, o) => sum + truth[i * width + o] * value, 0),
      );
      const along = (v: Float32Array) => v.reduce((sum, value, i) => sum + value * common[i], 0);
      expect(along(aimed)).toBeLessThan(along(plain));
      expect(predict(fit, plain)[latent]).toBeGreaterThan(0);
      expect(predictedEffects(fit, aimed, width)[0].change).toBeCloseTo(
        predict(fit, aimed).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
        5,
      );
    }
  });

  it("steers everywhere at one strength, and tries no direction twice", async () => {
    const { world, effects } = await measured(4);
    const steered = world.asked.filter(({ steering }) => steering.length > 0);
    expect(steered).toHaveLength(4 * options.prompts.length);
    expect(steered[0].steering[0]).toMatchObject({
      amount: 0.5,
      unit: "residual",
      where: { tokens: "all", first: true },
    });
    const more = await measured(6, effects);
    expect(more.world.asked).toHaveLength(2 * options.prompts.length);
    expect(effects.rows.map(({ vector }) => vector)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("keeps effects and their fit in a file, as they were", async () => {
    const { effects } = await measured(12);
    const path = join(folder, "effects.safetensors");
    const latents = Array.from({ length: 12 }, (_, i) => 3 * i);
    const { fit } = fitEffects(vectors, effects, [0.05]);
    writeEffects(path, { about: { setup: "s" }, latents, effects, fit });
    const read = readEffects(path);
    expect(read?.latents).toEqual(latents);
    expect(read?.about.setup).toBe("s");
    expect(read?.effects.rows.map(({ change }) => [...change])).toEqual(
      effects.rows.map(({ change }) => [...change]),
    );
    expect(read?.fit).toEqual(fit);
    expect(readEffects(join(folder, "none.safetensors"))).toBeNull();
  });

  it("says what a file is not", () => {
    const path = join(folder, "wrong.safetensors");
    writeFileSync(path, "no tensors");
    expect(() => readEffects(path)).toThrow(/is no safetensors file/);
  });

  it("refuses a latent that nothing moves, and too few rows", () => {
    const fit = fitRidge(
      Float32Array.from([1, 0, 0, 1]),
      Float32Array.from([1, 0, 2, 0]),
      { inputs: 2, outputs: 2 },
      0.1,
    );
    expect(() => targetedVector(fit, 1)).toThrow(/nothing to latent 1/);
    expect(() => fitRidge(Float32Array.of(1, 2), Float32Array.of(1), { inputs: 2, outputs: 1 }, 0)).toThrow(
      /singular/,
    );
  });
});
