import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import { type Dictionary, Pursuit } from "../../../server/src/engine/steering/pursuit.ts";
import type { DecomposeParams } from "../../../server/src/protocol/decompose.ts";

const assets = join(import.meta.dirname, "../../../assets");
const cache = mkdtempSync(join(tmpdir(), "steerscope-decompose-"));
afterAll(() => rmSync(cache, { recursive: true }));
const service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache });
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const never = { isCancellationRequested: false };
const decompose = (params: Partial<DecomposeParams>) =>
  service.decompose(
    { ...setup, vector: new Float32Array(192).fill(1), sae: 0, atoms: 4, contrast: null, ...params },
    () => {},
    never,
  );

/** Latents and coefficients of a known sum. */
const terms: [latent: number, coefficient: number][] = [
  [7, 30],
  [200, -25],
  [431, 14],
  [902, -9],
  [1300, 5],
];
let vector: Float32Array;
let norms: Float32Array;
beforeAll(async () => {
  const path = join(assets, "tinytown/saes/resid_post_3");
  const sae = await Sae.open(path, { device: "cpu", threads: 1 });
  norms = sae.decoderNorms();
  vector = new Float32Array(192);
  for (const [latent, coefficient] of terms)
    sae.direction(latent).vector.forEach((value, i) => {
      vector[i] += (coefficient * value) / norms[latent];
    });
  await sae.release();
});

describe("a sum of known decoder directions with coefficients of both signs", () => {
  it("is found again by the pursuit, which then stops", async () => {
    const { pursuit } = await decompose({ vector, atoms: 20 });
    const coefficients = new Map(
      Array.from(pursuit.latents, (latent, i) => [latent, pursuit.coefficients[i]]),
    );
    for (const [latent, coefficient] of terms)
      expect(coefficients.get(latent)! / coefficient, `latent ${latent}`).toBeCloseTo(1, 2);
    expect(pursuit.residuals.at(-1)).toBeLessThan(1e-3);
    expect(pursuit.residuals).toHaveLength(pursuit.latents.length + 1);
    const falling = pursuit.residuals.toSorted((a, b) => b - a);
    expect(pursuit.residuals).toEqual(falling);
  });

  it("is not by the encoder, whose latents cannot be negative", async () => {
    const { direct, negative, norm } = await decompose({ vector });
    expect(direct.activations.every((value) => value > 0)).toBe(true);
    for (const [latent, coefficient] of terms)
      if (coefficient < 0) expect(direct.latents).not.toContain(latent);
    expect(negative.latents[0]).toBe(200);
    expect(negative.cosines[0] * norm).toBeCloseTo(-25, -1);
    expect(negative.share).toBeGreaterThan(0.2);
    expect(norm).toBeCloseTo(Math.hypot(...vector), 3);
  });
});

describe("the pursuit", () => {
  const rows = [
    [2, 0, 0],
    [0, 0, 0],
    [0, 0.5, 0],
    [1, 1, 0],
  ].map((row) => Float32Array.from(row));
  const dictionary: Dictionary = {
    row: (i) => rows[i],
    norms: Float32Array.from(rows, (row) => Math.hypot(...row)),
    products: (x) => Float64Array.from(rows, (row) => row.reduce((sum, value, i) => sum + value * x[i], 0)),
  };

  it("goes by unit directions, whatever the rows' norms, and passes over rows of zeros", () => {
    const pursuit = new Pursuit(dictionary, Float32Array.of(1, -3, 0));
    expect(pursuit.step()).toBe(true);
    expect(pursuit.latents).toEqual([2]);
    expect(pursuit.coefficients[0]).toBeCloseTo(-3, 10);
    expect(pursuit.step()).toBe(true);
    expect(pursuit.latents).toEqual([2, 0]);
    expect(pursuit.coefficients[1]).toBeCloseTo(1, 5);
    expect(pursuit.residuals).toEqual([1, expect.closeTo(1 / Math.sqrt(10), 6), expect.closeTo(0, 4)]);
    expect(pursuit.step()).toBe(false);
  });

  it("takes no direction twice, however slowly nearly parallel ones are told apart", () => {
    const near = [Float32Array.of(1, 0), Float32Array.of(Math.cos(0.02), Math.sin(0.02))];
    const pursuit = new Pursuit(
      {
        row: (i) => near[i],
        norms: Float32Array.of(1, 1),
        products: (x) => Float64Array.from(near, (row) => row[0] * x[0] + row[1] * x[1]),
      },
      Float32Array.of(1, 1),
    );
    while (pursuit.step());
    expect(pursuit.latents).toEqual([1, 0]);
    expect(pursuit.residuals[2]).toBeGreaterThan(1e-6);
  });

  it("ends where no direction tells anything of what is left", () => {
    const pursuit = new Pursuit(dictionary, Float32Array.of(0, 0, 1));
    expect(pursuit.step()).toBe(false);
    expect(pursuit.residuals).toEqual([1]);
  });
});

describe("what cannot be told", () => {
  it("is refused with what and where", async () => {
    await expect(decompose({ vector: new Float32Array(10) })).rejects.toThrow(
      "10 numbers, but resid_post_3 reads 192",
    );
    await expect(decompose({ vector: new Float32Array(192) })).rejects.toThrow("zero or not finite");
    await expect(decompose({ sae: 1 })).rejects.toThrow("no SAE 1");
    await expect(decompose({ atoms: 257 })).rejects.toThrow("257 is no number of atoms");
    const contrast = { positive: new Float32Array(192), negative: new Float32Array(10) };
    await expect(decompose({ contrast })).rejects.toThrow("no whole rows");
  });

  it("can be cancelled between two atoms", async () => {
    const cancel = { isCancellationRequested: false };
    const work = service.decompose(
      { ...setup, vector: new Float32Array(192).fill(1), sae: 0, atoms: 200, contrast: null },
      () => {},
      cancel,
    );
    cancel.isCancellationRequested = true;
    await expect(work).rejects.toBeInstanceOf(Cancelled);
  });
});
