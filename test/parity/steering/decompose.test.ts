import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { Decomposed, DirectEncoding } from "../../../server/src/protocol/decompose.ts";
import { readFacts, relativeError } from "../models/facts.ts";

const facts = join(import.meta.dirname, "facts");
const assets = resolve(import.meta.dirname, "../../../assets");
const known = JSON.parse(readFileSync(join(facts, "decompose.json"), "utf8"));
const hook = "blocks.3.hook_resid_post";
const vector = readFacts(join(facts, "caa.safetensors")).get(`last.${hook}`)!.data;
const cache = mkdtempSync(join(tmpdir(), "steerscope-decompose-"));
afterAll(() => rmSync(cache, { recursive: true }));

const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const never = { isCancellationRequested: false };
let found: Decomposed;
beforeAll(async () => {
  const service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache });
  const pairs = readFileSync(join(facts, "caa-pairs.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((it) => JSON.parse(it));
  const pool = async (side: string) => {
    const texts = pairs.map((pair) => [{ role: null, text: pair[side] }]);
    const { rows } = await service.pool({ ...setup, texts, hooks: [hook], pool: "last" }, () => {}, never);
    return rows.get(hook)!;
  };
  const contrast = { positive: await pool("positive"), negative: await pool("negative") };
  const atoms = known.pursuit.latents.length;
  found = await service.decompose({ ...setup, vector, sae: 0, atoms, contrast }, () => {}, never);
});

test("the facts were made with this SAE", () => {
  const weights = readFileSync(join(assets, "tinytown/saes/resid_post_3/sae_weights.safetensors"));
  const again = "The facts are older than the SAE: run test/parity/steering/make_decompose.py.";
  expect(createHash("sha256").update(weights).digest("hex"), again).toBe(known.sae);
});

/** Activations by latent, so that latents which tie may stand in either order. */
const dense = (latents: ArrayLike<number>, values: ArrayLike<number>) => {
  const all = new Float32Array(1536);
  Array.from(latents).forEach((latent, i) => {
    all[latent] = values[i];
  });
  return all;
};

test.each(["direct", "scaled"] as const)("the %s encoding is SAELens'", (kind) => {
  const [ours, theirs] = [found[kind], known[kind] as DirectEncoding];
  expect([...ours.latents].sort()).toEqual([...theirs.latents].sort());
  expect(
    relativeError(dense(ours.latents, ours.activations), dense(theirs.latents, theirs.activations)),
  ).toBeLessThan(1e-4);
  for (const figure of ["cosine", "fvu", "fvuWithoutBias"] as const)
    expect(ours[figure] / theirs[figure], figure).toBeCloseTo(1, 4);
});

test("the figures that warn are NumPy's", () => {
  expect(found.norm).toBeCloseTo(known.norm, 3);
  expect(found.medianNorm).toBeCloseTo(known.medianNorm, 3);
  expect(found).toMatchObject({ alsoOnZero: known.alsoOnZero, alsoScaled: known.alsoScaled });
  expect(found.negative.share).toBeCloseTo(known.negative.share, 5);
  expect([...found.negative.latents]).toEqual(known.negative.latents);
  expect(relativeError(found.negative.cosines, known.negative.cosines)).toBeLessThan(1e-4);
});

test("the difference of mean activations is SAELens'", () => {
  const { latents, differences, cosine, shared } = found.contrast!;
  expect(
    relativeError(dense(latents, differences), dense(known.contrast.latents, known.contrast.differences)),
  ).toBeLessThan(1e-3);
  expect(cosine).toBeCloseTo(known.contrast.cosine, 4);
  expect(shared).toBe(known.contrast.shared);
});

test("the pursuit is NumPy's, atom by atom", () => {
  expect([...found.pursuit.latents]).toEqual(known.pursuit.latents);
  expect(relativeError(found.pursuit.coefficients, known.pursuit.coefficients)).toBeLessThan(1e-4);
  expect(relativeError(found.pursuit.residuals, known.pursuit.residuals)).toBeLessThan(1e-4);
});
