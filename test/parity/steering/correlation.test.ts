import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StreamingCorrelation } from "../../../server/src/steering/methods/corrsteer/correlation.ts";

interface Facts {
  activations: number[][];
  cases: Record<string, { grades: number[]; r: (number | null)[] }>;
}

const path = join(import.meta.dirname, "facts/correlation.json");
const { activations, cases }: Facts = JSON.parse(readFileSync(path, "utf8"));

test.each(Object.entries(cases))("r of latents with grades (%s) is numpy.corrcoef's", (_, { grades, r }) => {
  const sums = new StreamingCorrelation(r.length);
  activations.forEach((row, i) => {
    const indices = Int32Array.from(row.keys()).filter((latent) => row[latent] !== 0);
    sums.add({ indices, maximum: Float32Array.from(indices, (latent) => row[latent]) }, grades[i], false);
  });
  const found = sums.result();
  r.forEach((fact, latent) => {
    expect(found[latent].r).toBeCloseTo(fact ?? 0, 6);
  });
});
