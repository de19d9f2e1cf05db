import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Decoder } from "../../../server/src/engine/decode/decoder.ts";
import { openDecoder } from "../../../server/src/engine/decode/loading.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import type { Matrix, Product } from "../../../server/src/engine/products.ts";

const folder = join(import.meta.dirname, "../../parity/models/facts/llama-mqa-tied-bf16");
let model: Model;
let decoder: Decoder;
beforeAll(async () => {
  model = await Model.open(folder, { device: "cpu", threads: 1 });
  decoder = await openDecoder(model, 2);
});
afterAll(async () => {
  decoder?.close();
  await model?.release();
});

const values = (rows: number, columns: number, seed: number) =>
  Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(seed + i * i));

/** Reads a token and multiplies meanwhile. */
async function during(use: (product: Product) => void): Promise<void> {
  const pages = decoder.begin(model.newCache(), 1);
  const edits = {
    hooks: ["blocks.0.hook_resid_post"],
    apply: (_hook: string, _x: Float32Array, product: Product) => use(product),
  };
  await decoder.next(pages, { ids: Int32Array.of(1), continuations: [0], position: 0 }, edits);
  pages.free();
}

it("a product beside the model's is that of the matrix, whatever its rows, and is read once", async () => {
  for (const rows of [1, 6, 103]) {
    const all = values(rows, 24, rows);
    let reads = 0;
    const matrix: Matrix = {
      rows,
      columns: 24,
      read: () => {
        reads++;
        return all;
      },
    };
    for (const seed of [1, 2]) {
      const v = values(1, 24, seed);
      await during((product) => {
        const y = [...product(matrix, v)];
        expect(y).toHaveLength(rows);
        y.forEach((value, row) => {
          const expected = v.reduce((sum, it, i) => sum + it * all[row * 24 + i], 0);
          expect(Math.abs(value - expected)).toBeLessThan(1e-5);
        });
      });
    }
    expect(reads).toBe(1);
  }
});

it("the longest unused matrices make room for others, so that memory does not grow", async () => {
  const matrices = Array.from({ length: 7 }, (_, i): Matrix => {
    const all = values(4096, 24, i);
    return { rows: 4096, columns: 24, read: () => all };
  });
  const round = () =>
    during((product) => {
      for (const matrix of matrices) product(matrix, values(1, 24, 1));
    });
  await round();
  const before = decoder.bytes;
  for (let i = 0; i < 5; i++) await round();
  expect(decoder.bytes).toBe(before);
});
