import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fitRidge } from "../../../server/src/steering/methods/sae-ts/ridge.ts";
import { targetedVector } from "../../../server/src/steering/methods/sae-ts/target.ts";

// Facts: scikit-learn's Ridge, and the authors' formula in NumPy (make_targets.py).
const facts = JSON.parse(readFileSync(join(import.meta.dirname, "facts/targets.json"), "utf8")) as {
  inputs: number;
  outputs: number;
  x: number[];
  y: number[];
  fits: { ridge: number; m: number[]; b: number[]; targets: Record<string, number[][]> }[];
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i])) / Math.hypot(...Array.from(b));

describe.each(facts.fits)("effects fitted with the penalty $ridge", ({ ridge, m, b, targets }) => {
  const fit = fitRidge(Float32Array.from(facts.x), Float32Array.from(facts.y), facts, ridge);

  it("are those of scikit-learn's Ridge", () => {
    expect(distance(fit.m, m)).toBeLessThan(1e-5);
    expect(distance(fit.b, b)).toBeLessThan(1e-5);
  });

  it.each(Object.keys(targets))("aim at each latent with λ = %s as the authors' formula does", (lambda) => {
    for (const [latent, vector] of targets[lambda].entries())
      expect(distance(targetedVector(fit, latent, Number(lambda)), vector)).toBeLessThan(1e-5);
  });
});
