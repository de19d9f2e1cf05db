import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Decoder } from "../../../server/src/engine/decode/decoder.ts";
import { KernelMemory, mostBytes } from "../../../server/src/engine/decode/kernel-memory.ts";
import { openDecoder } from "../../../server/src/engine/decode/loading.ts";
import { SideProducts } from "../../../server/src/engine/decode/side-products.ts";
import { KernelsUnavailable } from "../../../server/src/engine/decode/unavailable.ts";
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
          const expected = v.reduce((sum, it, i) => sum + it * all[i * rows + row], 0);
          expect(Math.abs(value - expected)).toBeLessThan(1e-5);
        });
      });
    }
    expect(reads).toBe(1);
  }
});

it("matrices are made ready one by one and read once; those of others go where nobody needs them", async () => {
  let reads = 0;
  const some = (seed: number) =>
    Array.from({ length: 3 }, (_, i): Matrix => {
      const all = values(4096, 24, seed + i);
      const read = () => {
        reads++;
        return all;
      };
      return { rows: 4096, columns: 24, read };
    });
  const [first, second] = [some(1), some(10)];
  const round = (matrices: Matrix[]) =>
    during((product) => {
      for (const matrix of matrices) product(matrix, values(1, 24, 1));
    });
  const needed = decoder.bytesFor(first);
  expect(needed).toBeGreaterThan(3 * 4 * 4096 * 24);
  expect([1, 2, 3].map(() => decoder.hold(first, true))).toEqual([false, false, true]);
  expect(decoder.bytesFor(first)).toBe(0);
  for (let i = 0; i < 3; i++) await round(first);
  expect(reads).toBe(3);
  const before = decoder.bytes;
  while (!decoder.hold(second, true));
  await round(second);
  expect(reads).toBe(6);
  expect(decoder.bytesFor(first)).toBe(needed);
  expect(decoder.bytes).toBe(before);
  while (!decoder.hold(first, false));
  expect(decoder.bytesFor([...first, ...second])).toBe(0);
});

it("where there is no room for a matrix nothing of it stays", () => {
  const memory = new KernelMemory();
  memory.reserve(mostBytes - 2 ** 18);
  const sides = new SideProducts(memory);
  const matrix: Matrix = { rows: 4096, columns: 24, read: () => values(4096, 24, 1) };
  for (let i = 0; i < 50; i++) expect(() => sides.placeNext([matrix])).toThrow(KernelsUnavailable);
  expect(memory.allocate(2 ** 16)).toBeGreaterThan(0);
});
