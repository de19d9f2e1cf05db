import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { readFacts, relativeError, rowsOf } from "../models/facts.ts";

const tolerance = 1e-4;
const folder = join(import.meta.dirname, "facts");
const fixtures = readdirSync(folder).filter((name) => !name.endsWith(".safetensors"));
const { shape, data: x } = readFacts(join(folder, "x.safetensors")).get("x")!;
const [T, d] = shape;

const open = (path: string, hook?: string) => Sae.open(path, { device: "cpu", threads: 1, hook });

/** Stored values of one fixture, row by row. */
function readRows(name: string) {
  const facts = readFacts(join(folder, name, "facts.safetensors"));
  const { shape, data } = facts.get("acts")!;
  const width = shape[1];
  const gate = facts.get("gate")!;
  return Array.from({ length: T }, (_, t) => ({
    x: rowsOf(x, d, t, t + 1),
    pre: rowsOf(facts.get("pre")!.data, width, t, t + 1),
    acts: rowsOf(data, width, t, t + 1),
    /** What a latent's pre-activation must exceed: 0, its threshold, or the k-th largest of the row. */
    gate: (latent: number) =>
      gate.data[(gate.shape[0] === 1 ? 0 : t) * gate.shape[1] + (gate.shape[1] === 1 ? 0 : latent)],
    reconstruction: rowsOf(facts.get("reconstruction")!.data, d, t, t + 1),
  }));
}

/** A latent whose gate lies within rounding of its pre-activation may fire or not. */
const isTie = (pre: number, gate: number) => Math.abs(pre - gate) <= tolerance * Math.max(1, Math.abs(gate));

test("every architecture and normalisation of the facts is there", () => {
  for (const part of [
    "standard-none",
    "topk-layer_norm",
    "jumprelu-constant_norm",
    "rescale",
    "flat",
    "bfloat16",
  ])
    expect(fixtures.filter((name) => name.includes(part))).not.toEqual([]);
});

describe.each(fixtures)("%s against SAELens", (name) => {
  test("activations, active sets and reconstruction error", async () => {
    const sae = await open(join(folder, name), "blocks.1.hook_resid_post");
    const { tokens, squaredError } = await sae.encode(x, T);
    await sae.release();
    expect(tokens.length).toBe(T);
    readRows(name).forEach((row, t) => {
      const dense = new Float32Array(row.acts.length);
      tokens[t].indices.forEach((latent, j) => {
        dense[latent] = tokens[t].values[j];
      });
      expect([...tokens[t].values], `token ${t}: strongest first`).toEqual(
        [...tokens[t].values].sort((a, b) => b - a),
      );
      const expected = row.acts.slice();
      for (let i = 0; i < expected.length; i++) {
        const fires = dense[i] > 0;
        if (fires === expected[i] > 0) continue;
        expect(
          isTie(row.pre[i], row.gate(i)),
          `token ${t}, latent ${i}: ${dense[i]} instead of ${expected[i]}`,
        ).toBe(true);
        expected[i] = dense[i];
      }
      expect(relativeError(dense, expected), `activations of token ${t}`).toBeLessThanOrEqual(tolerance);
      const error = Math.hypot(...row.x.map((value, i) => value - row.reconstruction[i]));
      expect(Math.abs(Math.sqrt(squaredError[t]) - error), `error of token ${t}`).toBeLessThanOrEqual(
        tolerance * Math.hypot(...row.x),
      );
    });
  });
});

test("a file of an SAELens folder opens like the folder, and names its own hook point", async () => {
  const sae = await open(join(folder, "standard-none-bdec-float32", "sae_weights.safetensors"));
  expect(sae.hook).toBe("blocks.1.hook_resid_post");
  await sae.release();
  const headSae = await open(join(folder, "standard-hookz"));
  expect(headSae.hook).toBe("blocks.1.attn.hook_z");
  await headSae.release();
});

test("a token's codes do not depend on the tokens beside it", async () => {
  for (const name of ["topk-layer_norm-bdec-rescale-float32", "jumprelu-none-bdec-float32"]) {
    const sae = await open(join(folder, name));
    const all = await sae.encode(x, T);
    for (const t of [0, 7, T - 1]) {
      const { tokens } = await sae.encode(rowsOf(x, d, t, t + 1).slice(), 1);
      expect(tokens[0].indices, `${name}, token ${t}`).toEqual(all.tokens[t].indices);
      expect(relativeError(tokens[0].values, all.tokens[t].values)).toBeLessThanOrEqual(tolerance);
    }
    await sae.release();
  }
});
