import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Decoder } from "../../../server/src/engine/decode/decoder.ts";
import { Decoders } from "../../../server/src/engine/decode/decoders.ts";
import * as helpers from "../../../server/src/engine/decode/helpers.ts";
import { Pages } from "../../../server/src/engine/decode/pages.ts";
import { sideBytes } from "../../../server/src/engine/decode/side-products.ts";
import { KernelsUnavailable } from "../../../server/src/engine/decode/unavailable.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import type { Matrix } from "../../../server/src/engine/products.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { asked, engine, never } from "../../parity/steering/engine.ts";

vi.mock("../../../server/src/engine/decode/helpers.ts", { spy: true });
afterEach(() => vi.restoreAllMocks());

const facts = join(import.meta.dirname, "../../parity/models/facts");
const models: Record<string, Model> = {};
const names = ["llama-gqa-f32", "llama-mqa-tied-bf16", "gpt2-f32"];
beforeAll(async () => {
  for (const name of names) models[name] = await Model.open(join(facts, name), { device: "cpu", threads: 1 });
});
afterAll(async () => {
  for (const model of Object.values(models)) await model.release();
});

const setupOf = (name: string, tokensOnCpu = true) =>
  ({ model: models[name], loaded: { identity: name, tokensOnCpu } }) as LoadedSetup;

describe("the decoder of a set-up", () => {
  let decoders: Decoders;
  let said: string[] = [];
  let others = 0;
  const open = (budget = Number.POSITIVE_INFINITY) => {
    said = [];
    others = 0;
    decoders = new Decoders({ threads: 1, budget, held: () => others, log: (line) => said.push(line) });
  };
  const take = async (setup: LoadedSetup, bytes = 0, matrices: Matrix[] = []): Promise<Decoder | null> => {
    for (;;) {
      const decoder = await decoders.take(setup, bytes, matrices);
      if (decoder !== "opening") return decoder;
    }
  };
  const taken = async (name: string) => (await take(setupOf(name))) as Decoder;
  beforeEach(() => open());
  afterEach(() => {
    decoders.releaseIdle();
    vi.useRealTimers();
  });

  it("is opened once and shared", async () => {
    const first = await taken("llama-gqa-f32");
    expect(first).not.toBeNull();
    expect(await taken("llama-gqa-f32")).toBe(first);
  });

  it("is none for a model of another family, which is said once", async () => {
    expect(await taken("gpt2-f32")).toBeNull();
    expect(await taken("gpt2-f32")).toBeNull();
    expect(said).toEqual([expect.stringContaining("the family gpt2 has no kernels")]);
  });

  it.each([
    ["weights", 0, 0],
    ["others", 1_000_000, 0],
    ["the text to come", 0, 1_000_000],
  ])("is none while the memory budget is exceeded by its %s, and is again when it is not", async (_, held, bytes) => {
    open(held + bytes > 0 ? 1_000_000 : 1000);
    others = held;
    expect(await take(setupOf("llama-gqa-f32"), bytes)).toBeNull();
    expect(said).toEqual([expect.stringContaining("the memory budget")]);
    if (held + bytes === 0) return;
    others = 0;
    expect(await taken("llama-gqa-f32")).not.toBeNull();
  });

  it("counts a matrix beside the model's once, however often it is asked for", async () => {
    const matrix = { rows: 2 ** 16, columns: 24, read: () => new Float32Array(24 * 2 ** 16) };
    const bytes = sideBytes([matrix]);
    open(2 * 2 ** 20 + 1.2 * bytes);
    const first = await take(setupOf("llama-gqa-f32"), 0, [matrix]);
    expect(first).not.toBeNull();
    expect(await take(setupOf("llama-gqa-f32"), 0, [matrix])).toBe(first);
    expect(await take(setupOf("llama-gqa-f32"), 0, [{ ...matrix }])).toBeNull();
  });

  it("goes after a while where whoever asked for it was gone before its matrices were ready", async () => {
    vi.useFakeTimers();
    const closed = vi.spyOn(Decoder.prototype, "close");
    const matrices = [1, 2].map(() => ({ rows: 8, columns: 24, read: () => new Float32Array(8 * 24) }));
    const held = vi.spyOn(Decoder.prototype, "hold");
    while (held.mock.calls.length === 0)
      expect(await decoders.take(setupOf("llama-gqa-f32"), 0, matrices)).toBe("opening");
    vi.advanceTimersByTime(60_000);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  it("is none for a text that its kernels could not address", async () => {
    expect(await take(setupOf("llama-gqa-f32"), 2 ** 32)).toBeNull();
    expect(said).toEqual([expect.stringContaining("can address")]);
  });

  it("is none for a model on an accelerator that is faster with single tokens", async () => {
    expect(await take(setupOf("llama-gqa-f32", false))).toBeNull();
    expect(said).toEqual([]);
  });

  it("is none where its threads do not start, and is tried again", async () => {
    vi.spyOn(helpers, "startHelpers").mockRejectedValueOnce(
      new KernelsUnavailable("a thread did not start", false),
    );
    expect(await taken("llama-gqa-f32")).toBeNull();
    expect(said).toEqual([expect.stringContaining("a thread did not start")]);
    expect(await taken("llama-gqa-f32")).not.toBeNull();
  });

  it("is an error where something else fails", async () => {
    vi.spyOn(helpers, "startHelpers").mockRejectedValueOnce(new TypeError("ours"));
    await expect(take(setupOf("llama-gqa-f32"))).rejects.toThrow("ours");
  });

  it("that is in use outlives another model's, and ends with its last user", async () => {
    const first = await taken("llama-gqa-f32");
    const ended = vi.spyOn(first, "close");
    await taken("llama-gqa-f32");
    const second = await taken("llama-mqa-tied-bf16");
    expect(second).not.toBe(first);
    decoders.give(first);
    expect(ended).not.toHaveBeenCalled();
    decoders.give(first);
    expect(ended).toHaveBeenCalledOnce();
  });

  it("that broke is not used again", async () => {
    const first = await taken("llama-gqa-f32");
    first.fail();
    expect(await taken("llama-gqa-f32")).not.toBe(first);
    decoders.give(first);
  });

  it("that nobody uses ends when another model's takes its place, or when memory is wanted", async () => {
    for (const next of [() => taken("llama-mqa-tied-bf16"), async () => decoders.releaseIdle()]) {
      const first = await taken("llama-gqa-f32");
      const ended = vi.spyOn(first, "close");
      decoders.give(first);
      await next();
      expect(ended).toHaveBeenCalledOnce();
    }
  });

  it("that is in use stays when memory is wanted", async () => {
    const first = await taken("llama-gqa-f32");
    decoders.releaseIdle();
    expect(await taken("llama-gqa-f32")).toBe(first);
  });

  it("goes a minute after its last use, not while it is in use", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const decoder = await taken("llama-gqa-f32");
    const ended = vi.spyOn(decoder, "close");
    decoders.give(decoder);
    vi.advanceTimersByTime(59_000);
    await taken("llama-gqa-f32");
    vi.advanceTimersByTime(61_000);
    expect(ended).not.toHaveBeenCalled();
    decoders.give(decoder);
    vi.advanceTimersByTime(61_000);
    expect(ended).toHaveBeenCalledOnce();
  });
});

describe("texts that are written", () => {
  const [large, small] = [engine(), engine(8)];
  // Sums go on for as long as they are let: beyond a page of keys.
  const messages = [{ role: null, text: "1 + 1 = 2.\nWhat is 2 + 2? 4.\n" }];
  const write = (service: typeof large) =>
    service.generate(
      asked({ messages, maxTokens: 150 }),
      () => {},
      () => {},
      never,
    );

  it("say that kernels read them, and are the same where there is no memory for those", async () => {
    const byKernels = await write(large);
    const byGraph = await write(small);
    const sentence = expect.stringContaining("kernels of our own, weights in bf16");
    expect(byKernels.conventions).toContainEqual(sentence);
    expect(byGraph.conventions).not.toContainEqual(sentence);
    expect(byKernels.samples[0].ids.length).toBe(150);
    expect(byKernels.samples[0].text).toBe(byGraph.samples[0].text);
    byKernels.samples[0].logprobs.forEach((it, t) => {
      expect(Math.abs(it - byGraph.samples[0].logprobs[t])).toBeLessThan(1e-4);
    });
  });

  it("are left to the graph where they are many", async () => {
    const take = vi.spyOn(Decoders.prototype, "take");
    await large.generate(
      asked({ samples: 5, maxTokens: 3 }),
      () => {},
      () => {},
      never,
    );
    expect(take).not.toHaveBeenCalled();
    await large.generate(
      asked({ samples: 4, maxTokens: 3 }),
      () => {},
      () => {},
      never,
    );
    expect(take).toHaveBeenCalled();
  });

  it("give their decoder and their keys back, whether they come to their end, are cancelled or fail", async () => {
    const [taken, given] = (["take", "give"] as const).map((name) => vi.spyOn(Decoders.prototype, name));
    const freed = vi.spyOn(Pages.prototype, "free");
    const text = (cancel = never, service = large) =>
      service.generate(
        asked({ messages, maxTokens: 20 }),
        () => {},
        () => {},
        cancel,
      );
    await text();
    expect([given, freed].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    let turns = 0;
    const later = {
      get isCancellationRequested() {
        return ++turns > 5;
      },
    };
    await expect(text(later)).rejects.toThrow();
    expect([given, freed].map(({ mock }) => mock.calls.length)).toEqual([2, 2]);
    vi.spyOn(Decoder.prototype, "next").mockRejectedValueOnce(new Error("mid-pass"));
    await expect(text()).rejects.toThrow("mid-pass");
    expect([given, freed].map(({ mock }) => mock.calls.length)).toEqual([3, 3]);
    // Where the prompt's keys find no room the graph goes on.
    vi.spyOn(Decoder.prototype, "begin").mockImplementationOnce(() => {
      throw new KernelsUnavailable("full", false);
    });
    const { conventions } = await text();
    expect(conventions).not.toContainEqual(expect.stringContaining("kernels of our own"));
    expect([given, freed].map(({ mock }) => mock.calls.length)).toEqual([4, 3]);
    expect(taken).toHaveBeenCalled();
  });
});
