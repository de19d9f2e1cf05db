import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Decoders } from "../../../server/src/engine/decode/decoders.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { asked, engine, never } from "../../parity/steering/engine.ts";

const facts = join(import.meta.dirname, "../../parity/models/facts");
const models: Record<string, Model> = {};
const names = ["llama-gqa-f32", "llama-mqa-tied-bf16", "gpt2-f32"];
beforeAll(async () => {
  for (const name of names) models[name] = await Model.open(join(facts, name), { device: "cpu", threads: 1 });
});
afterAll(async () => {
  for (const model of Object.values(models)) await model.release();
});

const setupOf = (name: string, device = "cpu") =>
  ({ model: models[name], loaded: { identity: name }, description: { model: { device } } }) as LoadedSetup;

describe("the decoder of a set-up", () => {
  let decoders: Decoders;
  let said: string[] = [];
  const open = (budget = Number.POSITIVE_INFINITY) => {
    said = [];
    decoders = new Decoders(1, budget, (line) => said.push(line));
    return decoders;
  };
  afterEach(() => {
    decoders.release();
    vi.useRealTimers();
  });

  it("is opened once and shared", async () => {
    const first = await open().take(setupOf("llama-gqa-f32"));
    expect(first).not.toBeNull();
    expect(await decoders.take(setupOf("llama-gqa-f32"))).toBe(first);
  });

  it.each([
    ["of another family", () => open().take(setupOf("gpt2-f32")), "the family gpt2 has no kernels"],
    ["over the memory budget", () => open(50_000).take(setupOf("llama-gqa-f32")), "the memory budget"],
  ])("is none for a model %s, which is said once", async (_, take, why) => {
    expect(await take()).toBeNull();
    expect(said).toEqual([expect.stringContaining(why)]);
    const name = why.includes("gpt2") ? "gpt2-f32" : "llama-gqa-f32";
    expect(await decoders.take(setupOf(name))).toBeNull();
    expect(said).toHaveLength(1);
  });

  it("is none for a model on an accelerator", async () => {
    expect(await open().take(setupOf("llama-gqa-f32", "cuda"))).toBeNull();
    expect(said).toEqual([]);
  });

  it("that is in use outlives another model's, and ends with its last user", async () => {
    const first = (await open().take(setupOf("llama-gqa-f32")))!;
    const ended = vi.spyOn(first, "close");
    await decoders.take(setupOf("llama-gqa-f32"));
    const second = (await decoders.take(setupOf("llama-mqa-tied-bf16")))!;
    expect(second).not.toBe(first);
    decoders.give(first);
    expect(ended).not.toHaveBeenCalled();
    decoders.give(first);
    expect(ended).toHaveBeenCalledOnce();
  });

  it("that broke is not used again", async () => {
    const first = (await open().take(setupOf("llama-gqa-f32")))!;
    first.isBroken = true;
    expect(await decoders.take(setupOf("llama-gqa-f32"))).not.toBe(first);
    decoders.give(first);
  });

  it("that nobody uses ends when another model's takes its place", async () => {
    const first = (await open().take(setupOf("llama-gqa-f32")))!;
    const ended = vi.spyOn(first, "close");
    decoders.give(first);
    await decoders.take(setupOf("llama-mqa-tied-bf16"));
    expect(ended).toHaveBeenCalledOnce();
  });

  it("goes a minute after its last use, not while it is in use", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const decoder = (await open().take(setupOf("llama-gqa-f32")))!;
    const ended = vi.spyOn(decoder, "close");
    decoders.give(decoder);
    vi.advanceTimersByTime(59_000);
    await decoders.take(setupOf("llama-gqa-f32"));
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
});
