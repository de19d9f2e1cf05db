import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, it, test, vi } from "vitest";
import * as at from "../../../server/kernels/layout.ts";
import type { Decoder } from "../../../server/src/engine/decode/decoder.ts";
import * as helpers from "../../../server/src/engine/decode/helpers.ts";
import { KernelMemory, mostBytes } from "../../../server/src/engine/decode/kernel-memory.ts";
import { openDecoder } from "../../../server/src/engine/decode/loading.ts";
import { Pages } from "../../../server/src/engine/decode/pages.ts";
import { whyNotDecoded } from "../../../server/src/engine/decode/serves.ts";
import type { StreamEdits } from "../../../server/src/engine/decode/stream-edits.ts";
import { KernelsUnavailable } from "../../../server/src/engine/decode/unavailable.ts";
import { Workspace } from "../../../server/src/engine/decode/workspace.ts";
import { readConfig } from "../../../server/src/engine/models/config.ts";
import type { KvCache } from "../../../server/src/engine/models/kv-cache.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { sameBits } from "../steering/operations-neutral.ts";
import { worstRow } from "./facts.ts";
import { type Case, fixtures, openModel, readCase, tolerance, topCount, wrongLogprobs } from "./harness.ts";

vi.mock("../../../server/src/engine/decode/helpers.ts", { spy: true });

const unedited: StreamEdits = { hooks: [], apply() {} };
const served = fixtures.filter((name) => whyNotDecoded(readConfig(readCase(name).folder)) === null);

test("Llama's relatives have kernels, but for widths that are no multiples of eight", () => {
  const without = fixtures.filter((name) => !served.includes(name));
  expect(without.filter((name) => !name.startsWith("gpt2"))).toEqual([
    "llama-deep-f16",
    "llama-headdim20-f16",
  ]);
  for (const part of ["bias", "f16", "bf16", "f32", "window", "mqa", "tied", "llama3", "sharded"])
    expect(served.filter((name) => name.includes(part))).not.toEqual([]);
});

/** Logits `[T, vocabulary]` of tokens read one by one behind those in a cache. */
async function byKernels(decoder: Decoder, cache: KvCache, ids: Int32Array): Promise<Float32Array> {
  const { vocabulary } = decoder.config;
  const pages = decoder.begin(cache, 1);
  const logits = new Float32Array(ids.length * vocabulary);
  for (const [t, id] of ids.entries()) {
    const position = cache.length + t;
    const out = await decoder.next(pages, { ids: Int32Array.of(id), continuations: [0], position }, unedited);
    logits.set(out.logits, t * vocabulary);
  }
  pages.free();
  return logits;
}

/** What a pass of the graph would say of these logits. */
function told(logits: Float32Array, ids: Int32Array, vocabulary: number) {
  const rows = Array.from({ length: ids.length }, (_, t) => {
    const row = logits.subarray(t * vocabulary, (t + 1) * vocabulary);
    const most = Math.max(...row);
    const normaliser = most + Math.log(row.reduce((sum, it) => sum + Math.exp(it - most), 0));
    const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, topCount);
    return { order, logprob: (id: number) => row[id] - normaliser };
  });
  return {
    logprobs: Float32Array.from(rows, ({ logprob }, t) =>
      t + 1 < ids.length ? logprob(ids[t + 1]) : Number.NaN,
    ),
    topIds: Int32Array.from(rows.flatMap(({ order }) => order)),
    topLogprobs: Float32Array.from(rows.flatMap(({ order, logprob }) => order.map(logprob))),
  };
}

describe.each(served)("%s by kernels, against Transformers", (name) => {
  let model: Model;
  let facts: Case;
  beforeAll(async () => {
    facts = readCase(name);
    model = await openModel(facts);
  });
  afterAll(() => model?.release());

  it("the whole text and what follows a prefix; the same bits with any number of threads", async () => {
    const first = new Map<number, Float32Array>();
    for (const threads of [1, 2, 3]) {
      const decoder = await openDecoder(model, threads);
      for (const prefix of [0, 1, 8]) {
        const ids = Int32Array.from(facts.sequences[1]);
        const cache = model.newCache();
        if (prefix > 0) await model.forward(ids.subarray(0, prefix), { cache });
        const rest = ids.subarray(prefix);
        const logits = await byKernels(decoder, cache, rest);
        const out = told(logits, rest, facts.vocabulary);
        expect(wrongLogprobs(facts, ids, facts.facts.get("1.logprobs")!, out, prefix), `${prefix}`).toEqual(
          [],
        );
        if (threads === 1) first.set(prefix, logits);
        else expect(sameBits(logits, first.get(prefix)!), `${threads} threads`).toBe(true);
      }
      decoder.close();
    }
  });

  it("beyond 2 GiB, where an address is negative to some", async () => {
    const ids = Int32Array.from(facts.sequences[1].slice(0, 6));
    const low = await openDecoder(model, 1);
    const expected = await byKernels(low, model.newCache(), ids);
    low.close();
    const { reserve } = KernelMemory.prototype;
    const spy = vi.spyOn(KernelMemory.prototype, "reserve").mockImplementation(function (this: KernelMemory) {
      reserve.call(this, 2 ** 31 + 2 ** 20);
    });
    const high = await openDecoder(model, 1);
    spy.mockRestore();
    expect(high.bytes).toBeGreaterThan(2 ** 31);
    expect(sameBits(await byKernels(high, model.newCache(), ids), expected)).toBe(true);
    high.close();
  });
});

describe("texts that go on side by side", () => {
  let model: Model;
  let decoder: Decoder;
  const facts = readCase("llama-mqa-tied-bf16");
  beforeAll(async () => {
    model = await openModel(facts);
    decoder = await openDecoder(model, 2);
  });
  afterAll(async () => {
    decoder?.close();
    await model?.release();
  });

  it("have the logits of each alone, bit for bit, whichever others end", async () => {
    const prompt = Int32Array.from(facts.sequences[1].slice(0, 6));
    const cache = model.newCache();
    await model.forward(prompt, { cache });
    const texts = [facts.sequences[0].slice(6, 12), facts.sequences[1].slice(6, 9), [3, 9, 3, 9, 3, 9]];
    const alone: Float32Array[] = [];
    for (const ids of texts) alone.push(await byKernels(decoder, cache, Int32Array.from(ids)));
    const pages = decoder.begin(cache, texts.length);
    for (let t = 0; t < 6; t++) {
      const running = [...texts.keys()].filter((n) => t < texts[n].length);
      const ids = Int32Array.from(running, (n) => texts[n][t]);
      const { logits } = await decoder.next(
        pages,
        { ids, continuations: running, position: prompt.length + t },
        unedited,
      );
      const V = facts.vocabulary;
      running.forEach((n, row) => {
        expect([...logits.subarray(row * V, (row + 1) * V)]).toEqual([
          ...alone[n].subarray(t * V, (t + 1) * V),
        ]);
      });
    }
    pages.free();
  });

  it("give their pages back, so that memory does not grow from text to text", async () => {
    const ids = Int32Array.from(facts.sequences[1].slice(0, 12));
    await byKernels(decoder, model.newCache(), ids);
    const before = decoder.bytes;
    for (let i = 0; i < 500; i++) await byKernels(decoder, model.newCache(), ids);
    expect(decoder.bytes).toBe(before);
  });
});

describe("activations that no model of the facts has", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it.each(["gelu", "gelu_pytorch_tanh"])("%s gives the graph's logits", async (activation) => {
    const facts = readCase("llama-bias-f32");
    const folder = mkdtempSync(join(tmpdir(), "steerscope-kernels-"));
    folders.push(folder);
    cpSync(facts.folder, folder, { recursive: true });
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, hidden_act: activation }));
    const model = await Model.open(folder, { device: "cpu", threads: 1 });
    const decoder = await openDecoder(model, 1);
    const ids = Int32Array.from(facts.sequences[1]);
    const { logits } = await model.forward(ids, { logitRows: Int32Array.from(ids.keys()) });
    const { error } = worstRow(await byKernels(decoder, model.newCache(), ids), logits, facts.vocabulary);
    expect(error).toBeLessThan(tolerance);
    decoder.close();
    await model.release();
  });
});

describe("what goes wrong", () => {
  const facts = readCase("llama-gqa-f32");
  let model: Model;
  beforeAll(async () => {
    model = await openModel(facts);
  });
  afterAll(() => model?.release());

  it("a thread that does not come is an error for everyone after some time, not a wait without end", async () => {
    const start = vi.spyOn(helpers, "startHelpers");
    start.mockResolvedValue([{ terminate: async () => 0 } as Worker]);
    const decoder = await openDecoder(model, 2, 1);
    start.mockRestore();
    const one = () => byKernels(decoder, model.newCache(), Int32Array.of(1));
    await expect(one()).rejects.toThrow("could not be read");
    expect(decoder.isBroken).toBe(true);
    // Alone it would take itself for the last of two to arrive.
    await expect(one()).rejects.toThrow("a thread is gone");
    decoder.close();
  });

  it("a thread that ends is noticed", async () => {
    const started = vi.spyOn(helpers, "startHelpers");
    const decoder = await openDecoder(model, 2);
    const [helper] = await started.mock.results[0].value;
    started.mockRestore();
    const gone = once(helper, "exit");
    void helper.terminate();
    await gone;
    expect(decoder.isBroken).toBe(true);
    decoder.close();
  });

  it.each([
    ["a token outside the vocabulary", 61, 0, "token-unknown"],
    ["a place outside the context", 1, 64, "prompt-too-long"],
  ])("%s is refused, since kernels check no bounds", async (_, id, position, code) => {
    const decoder = await openDecoder(model, 1);
    const pages = decoder.begin(model.newCache(), 1);
    const next = { ids: Int32Array.of(id), continuations: [0], position };
    await expect(decoder.next(pages, next, unedited)).rejects.toMatchObject({ problem: { code } });
    decoder.close();
  });

  it("where memory does not suffice nothing is left half done", async () => {
    const memory = new KernelMemory();
    memory.reserve(mostBytes - 2 ** 17);
    const workspace = new Workspace(memory, model.config, 1);
    expect(() => workspace.holdRows(1000)).toThrow(KernelsUnavailable);
    workspace.holdRows(1);
    expect(workspace.address(at.logits)).toBeGreaterThan(0);
    const before = workspace.address(at.x);
    expect(() => workspace.holdRows(1000)).toThrow(KernelsUnavailable);
    expect(workspace.address(at.x)).toBe(before);
    const long = model.newCache();
    for (let layer = 0; layer < 2; layer++)
      long.append(layer, new Float32Array(200 * long.width), new Float32Array(200 * long.width));
    long.advance(200);
    const small = new KernelMemory();
    small.reserve(mostBytes - 2 ** 14);
    expect(() => new Pages(small, long, 2, 1)).toThrow(KernelsUnavailable);
    expect(() => new Pages(small, model.newCache(), 2, 1).next(0)).not.toThrow();
  });
});
