import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hookOfModule } from "../../../server/src/scan/exchange/delphi-files.ts";
import { importInto } from "../../../server/src/scan/exchange/import.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { ExchangeEngine, latentOf } from "./exchange-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-delphi-"));
afterAll(() => rmSync(folder, { recursive: true }));

const setup = { model: "fake", saes: ["fake"] as [string], device: "cpu" as const };
const into = (store: string, from: string) =>
  importInto(new ExchangeEngine(), { setup, from: [from], store });

interface Tensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

function safetensors(path: string, tensors: Record<string, Tensor>): void {
  let at = 0;
  const header: Record<string, object> = {};
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] };
    at += data.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat([length, json, ...Object.values(tensors).map(({ data }) => data)]));
}

const bytes = (it: Uint16Array | Uint32Array | BigInt64Array) =>
  new Uint8Array(it.buffer, it.byteOffset, it.byteLength);

/** Whole numbers below 2048 are exact halves. */
function half(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | (((value / 2 ** exponent - 1) * 1024) & 1023);
}

const texts = ["the cat ran", "cabs abound", "rain & reed"];

/** Firings as the engine of the test computes them, of latents `from` to `to`. */
function cache(path: string, [from, to]: [number, number], change: (row: number[]) => number[] = (it) => it) {
  const rows = texts.flatMap((text, context) =>
    [...text].flatMap((character, i) => {
      const latent = latentOf(character);
      return latent < from || latent > to ? [] : [[context, i + 1, latent - from, character.charCodeAt(0)]];
    }),
  );
  const changed = rows.map(change);
  const tokens = texts.flatMap((text) => [1, ...[...text].map((it) => it.charCodeAt(0))]);
  safetensors(join(path, `${from}_${to}.safetensors`), {
    activations: {
      dtype: "F16",
      shape: [rows.length],
      data: bytes(Uint16Array.from(changed, (row) => half(row[3]))),
    },
    locations: {
      dtype: "U16",
      shape: [rows.length, 3],
      data: bytes(Uint16Array.from(changed.flatMap((row) => row.slice(0, 3)))),
    },
    tokens: { dtype: "I64", shape: [3, 12], data: bytes(BigInt64Array.from(tokens.map(BigInt))) },
  });
}

describe("a delphi cache", () => {
  const raw = join(folder, "latents");
  const path = join(raw, "layers.0");
  cache(path, [0, 23]);
  cache(path, [24, 47]);
  writeFileSync(
    join(path, "config.json"),
    JSON.stringify({ dataset_repo: "owner/texts", model_name: "owner/fake", ctx_len: 12 }),
  );

  it("gives exact statistics and examples", async () => {
    const store = join(folder, "cache.sqlite");
    const outcome = await into(store, raw);
    expect(outcome).toMatchObject({ from: "owner/fake/layers.0", activations: 33, explanations: 0 });
    expect(outcome.compared.join(" ")).toMatch(/Activations of 12 of 12 latents agree/);
    const reader = StoreReader.open(store);
    const a = latentOf("a");
    const it = reader.feature(0, a);
    const fired = texts.flatMap((text) => [...text].filter((character) => latentOf(character) === a));
    expect(it.statistics).toMatchObject({
      tokens: 36,
      corpus: "owner/texts",
      frequency: fired.length / 36,
      maximum: 97,
      meanWhenActive: 97,
    });
    const { edges, counts } = it.statistics!.histogram;
    expect(counts.flatMap((n, bin) => (n > 0 ? [[n, edges[bin] <= 97, edges[bin + 1] > 97]] : []))).toEqual([
      [fired.length, true, true],
    ]);
    expect(
      it.statistics!.top.map(({ tokens, peak, source }) => [tokens.join(""), tokens[peak], source]),
    ).toEqual(texts.map((text, context) => [`<s>${text}`, "a", `owner/texts:${context}`]));
    const sampled = it.statistics!.bands.flatMap(({ examples }) => examples);
    expect(sampled).toHaveLength(fired.length);
    for (const { tokens, activations } of it.statistics!.top)
      expect(activations).toEqual(tokens.map((token) => (token === "a" ? 97 : 0)));
    expect(it.statistics!.tokensFired).toMatchObject([{ id: 97, text: "a", share: 1 }]);
    expect(it.weights).toMatchObject({ norm: 1 });
    expect(reader.search("abound", 30).length).toBeGreaterThan(3);
    reader.close();
  });

  it.each([
    ["more latents", "layers.0", [40, 63], undefined, /go up to 63, and those of fake are 0 to 47/],
    ["another layer", "model.layers.3", [0, 47], undefined, /for the hook point blocks.3.hook_resid_post/],
    ["another place", "layers.0.mlp", [0, 47], undefined, /for the hook point blocks.0.hook_mlp_out/],
    [
      "another SAE",
      "layers.0",
      [0, 47],
      (row: number[]) => [row[0], row[1], (row[2] + 1) % 48, row[3]],
      /Activations of \d of 12 latents agree/,
    ],
    [
      "places outside",
      "layers.0",
      [0, 47],
      (row: number[]) => [row[0], 12, ...row.slice(2)],
      /has a firing at 0, 12/,
    ],
    ["no order", "layers.0", [0, 47], (row: number[]) => [2 - row[0], ...row.slice(1)], /not in the order/],
  ] as [
    string,
    string,
    [number, number],
    ((row: number[]) => number[]) | undefined,
    RegExp,
  ][])("is refused: %s", async (name, module, range, change, message) => {
    const path = join(folder, name, module);
    cache(path, range, change);
    const store = join(folder, "refused.sqlite");
    await expect(into(store, path)).rejects.toMatchObject({
      problem: { message: expect.stringMatching(message) },
    });
    expect(existsSync(store)).toBe(false);
  });

  it("is refused for tokens that the model does not know, and into a store that there is", async () => {
    const path = join(folder, "vocabulary", "layers.0");
    cache(path, [0, 47]);
    const engine = new ExchangeEngine();
    engine.vocabulary = 116;
    const store = join(folder, "refused.sqlite");
    const request = { setup, from: [path], store };
    await expect(importInto(engine, request)).rejects.toMatchObject({
      problem: { message: expect.stringMatching(/the token 117, and the vocabulary of fake has 116/) },
    });
    await expect(into(join(folder, "cache.sqlite"), path)).rejects.toMatchObject({
      problem: { message: expect.stringMatching(/is a store already/) },
    });
  });

  it.each([
    ["cut", Buffer.concat([Buffer.from([200, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(20)])],
    ["no JSON", Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("nope")])],
    ["empty", Buffer.alloc(0)],
  ])("that is broken is named: %s", async (name, content) => {
    const path = join(folder, `broken-${name}`, "layers.0");
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "0_47.safetensors"), content);
    await expect(into(join(folder, "refused.sqlite"), path)).rejects.toMatchObject({
      problem: { code: "import-file-invalid", path: join(path, "0_47.safetensors") },
    });
  });

  it("is at the hook point that its module's name says", () => {
    expect(hookOfModule("transformer.h.5")).toBe("blocks.5.hook_resid_post");
    expect(hookOfModule("gpt_neox.layers.2.attention")).toBe("blocks.2.hook_attn_out");
    expect(hookOfModule("blocks.1.hook_resid_pre")).toBe("blocks.1.hook_resid_pre");
    expect(hookOfModule("encoder")).toBeNull();
  });
});
