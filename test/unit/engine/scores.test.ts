import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { streamHook } from "../../../server/src/engine/models/hooks.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { noScores, whyNoScores } from "../../../server/src/engine/scores/run.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { generate } from "../../../server/src/tinytown/index.ts";

const assets = resolve(import.meta.dirname, "../../../assets");
const cache = mkdtempSync(join(tmpdir(), "steerscope-scores-"));
afterAll(() => rmSync(cache, { recursive: true }));
const service = new EngineService({ memoryBudgetMB: 1024, threads: 1, assets, cache });
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const never = { isCancellationRequested: false };
const quiet = () => {};
const width = async () => (await service.describe(setup, quiet)).saes[0].width;
const score = (features: Int32Array, cancel = never) =>
  service.featureScores({ ...setup, sae: 0, features }, quiet, cancel);
const meanOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe("scoring latents", () => {
  it("gives each latent the scores it has alone, whatever it is asked with", async () => {
    const some = Int32Array.of(3, 700, 3, 12);
    const together = await score(some);
    const count = together.prompts.length;
    expect(together.output).toHaveLength(some.length * count);
    for (const [i, latent] of some.entries()) {
      const alone = await score(Int32Array.of(latent));
      const row = together.output.subarray(i * count, (i + 1) * count);
      for (const [p, value] of alone.output.entries()) expect(row[p]).toBeCloseTo(value, 5);
      expect([...together.raised.subarray(i * 20, (i + 1) * 20)]).toEqual([...alone.raised]);
    }
    for (const value of together.output) expect(value >= 0 && value <= 1).toBe(true);
  });

  it("lets a hover's analysis through between two passes, and ends when it is cancelled", async () => {
    const all = Int32Array.from({ length: await width() }, (_, i) => i);
    let isScored = false;
    const cancel = { isCancellationRequested: false };
    const scoring = score(all, cancel).finally(() => {
      isScored = true;
    });
    const ended = scoring.then(
      () => null,
      (error) => error,
    );
    await service.analyse(
      { ...setup, key: "a", messages: [{ role: null, text: "It was a rainy" }] },
      quiet,
      never,
    );
    expect(isScored).toBe(false);
    cancel.isCancellationRequested = true;
    expect(await ended).toBeInstanceOf(Cancelled);
  });

  it("says which latents there are, and where no such score can be taken", async () => {
    const n = await width();
    await expect(score(Int32Array.of(n))).rejects.toThrow(
      `has no latent ${n}: its latents are 0 to ${n - 1}`,
    );
    expect(streamHook("blocks.2.hook_resid_pre")).toBe("blocks.1.hook_resid_post");
    expect(streamHook("blocks.2.hook_mlp_out")).toBe("blocks.2.hook_resid_post");
    expect(streamHook("blocks.2.hook_attn_out")).toBe("blocks.2.hook_resid_mid");
    const inHeads = { saes: [{ sae: { hook: "blocks.1.attn.hook_z" } }], description: { setupId: "s" } };
    const reason = whyNoScores(inHeads as unknown as LoadedSetup, 0);
    expect(reason).toContain("blocks.1.attn.hook_z lies before");
    expect(noScores(inHeads as unknown as LoadedSetup, reason!)).toMatchObject({ prompts: [], reason });
  });

  it("is refused where a second copy of the weights is beyond the memory budget", async () => {
    const small = new EngineService({ memoryBudgetMB: 16, threads: 1, assets, cache });
    const asked = small.featureScores({ ...setup, sae: 0, features: Int32Array.of(0) }, quiet, never);
    await expect(asked).rejects.toThrow(/Output scores need \d+ MB more .* memoryBudgetMB/);
  });
});

describe("a latent with a high output score", () => {
  it("raises its tokens on held-out texts more than one with a low score, steered through the model's own edit", async () => {
    const model = await Model.open(join(assets, "tinytown/model"), { device: "cpu", threads: 1 });
    const sae = await Sae.open(join(assets, "tinytown/saes/resid_post_3"), { device: "cpu", threads: 1 });
    const all = Int32Array.from({ length: sae.config.width }, (_, i) => i);
    const { output, raised, prompts } = await score(all);
    const means = Array.from(all, (i) =>
      meanOf(output.subarray(i * prompts.length, (i + 1) * prompts.length)),
    );
    // Less than the scores were measured with.
    const amplified = 4;
    const texts = [...generate({ n: 5, seed: 77, split: "held-out", kinds: ["scenes"] })].map(({ text }) =>
      text.split(" ").slice(0, 12).join(" "),
    );
    const ends: { ids: Int32Array; largest: number }[] = [];
    for (const text of texts) {
      const messages = [{ role: null, text }];
      const { ids } = await service.analyse({ ...setup, key: text, messages }, quiet, never);
      const { captures } = await model.forward(ids, { capture: [sae.hook] });
      const x = captures.get(sae.hook)!.slice((ids.length - 1) * sae.config.dIn);
      const [{ values }] = (await sae.encode(x, 1)).tokens;
      ends.push({ ids, largest: values[0] });
    }
    /** How much likelier the token that it raises most becomes, over the texts. */
    const rise = async (latent: number) => {
      const nextId = raised[latent * 20];
      const { vector } = sae.direction(latent);
      const rises: number[] = [];
      for (const { ids, largest } of ends) {
        const last = ids.length - 1;
        const step = vector.map((it) => it * amplified * largest);
        const delta = new Float32Array(ids.length * step.length);
        delta.set(step, last * step.length);
        const shape: [number, number] = [ids.length, step.length];
        const after = await model.forward(ids, { nextId, edits: [{ hook: sae.hook, delta, shape }] });
        const before = await model.forward(ids, { nextId });
        rises.push(Math.exp(after.logprobs[last]) - Math.exp(before.logprobs[last]));
      }
      return meanOf(rises);
    };
    // Spread over all latents, since every model has others.
    const some = Array.from({ length: 48 }, (_, i) => Math.floor((i * all.length) / 48));
    const rises: number[] = [];
    for (const latent of some) rises.push(await rise(latent));
    const rho = rankCorrelation(
      some.map((latent) => means[latent]),
      rises,
    );
    expect(rho).toBeGreaterThan(0.4);
    await sae.release();
    await model.release();
  });
});

/** Spearman's: the correlation of places; ties do not occur among measured numbers. */
function rankCorrelation(a: number[], b: number[]): number {
  const places = (values: number[]) => {
    const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
    return values.map((_, i) => order.indexOf(i));
  };
  const [x, y] = [places(a), places(b)];
  const squares = x.reduce((sum, place, i) => sum + (place - y[i]) ** 2, 0);
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}
