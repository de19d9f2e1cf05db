import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Context } from "../../../server/src/engine/analyse/context.ts";
import { LensReading } from "../../../server/src/engine/lens/lens-reading.ts";
import { LogitLens } from "../../../server/src/engine/lens/logit-lens.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import type { LensWindow } from "../../../server/src/protocol/engine.ts";

const facts = join(import.meta.dirname, "facts");
const models = join(import.meta.dirname, "../models/facts");
const tinytown = join(import.meta.dirname, "../../../assets/tinytown/model");
const onCpu = { device: "cpu", threads: 1 } as const;
const tolerance = 1e-4;
const close = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

interface Cell {
  ids: number[];
  logprobs: number[];
  next: { logprob: number; ranks: [number, number] } | null;
}
interface Facts {
  /** SHA-256 of the weights, where they may be others one day. */
  weights?: string;
  ids: number[];
  cells: Cell[][];
}
const readFacts = (name: string): Facts => JSON.parse(readFileSync(join(facts, `${name}.json`), "utf8"));

/** Reads tokens `from` to the end as the engine does, over a context that has seen all of them. */
async function read(
  folder: string,
  ids: number[],
  from = 0,
): Promise<{ window: LensWindow; context: Context }> {
  const model = await Model.open(folder, onCpu);
  const lens = await LogitLens.open(model, onCpu);
  const context = new Context(model, [], () => false);
  const setup = {
    model,
    text: { text: (id: number) => `<${id}>` },
    description: { setupId: "tiny" },
    encode: () => ({ ids: Int32Array.from(ids) }),
  } as unknown as LoadedSetup;
  const wanted = { key: "k", messages: [], model: "", saes: null, device: "cpu" } as const;
  const reading = new LensReading({ ...wanted, messages: [], from, to: ids.length, count: 10 });
  try {
    while (await reading.step(setup, context, lens, async () => {}));
    return { window: reading.finish(setup), context };
  } finally {
    await lens.release();
    await model.release();
  }
}

/** What is wrong with a window, a line each. */
function differences(window: LensWindow, cells: Cell[][]): string[] {
  const wrong: string[] = [];
  const { hooks, count, topIds, topLogprobs, nextLogprobs, nextRanks, from } = window;
  for (let t = from; t < cells.length; t++)
    for (let layer = 0; layer < hooks.length; layer++) {
      const at = (t - from) * hooks.length + layer;
      const stored = cells[t][layer];
      const say = (what: string) => wrong.push(`token ${t}, layer ${layer}: ${what}`);
      for (let k = 0; k < count; k++) {
        const found = topLogprobs[at * count + k];
        if (!close(found, stored.logprobs[k])) say(`guess ${k} has ${found}, not ${stored.logprobs[k]}`);
        const id = topIds[at * count + k];
        // Another order only where values tie; what was never stored must tie with the last.
        const place = stored.ids.indexOf(id);
        if (!close(stored.logprobs[place < 0 ? count - 1 : place], stored.logprobs[k]))
          say(`guess ${k} is ${id}`);
      }
      const [logprob, rank] = [nextLogprobs[at], nextRanks[at]];
      if (stored.next === null) {
        if (!Number.isNaN(logprob) || rank !== 0) say("knows what follows the last token");
      } else {
        const [low, high] = stored.next.ranks;
        if (!close(logprob, stored.next.logprob)) say(`next has ${logprob}, not ${stored.next.logprob}`);
        if (rank < low || rank > high) say(`next has rank ${rank}, not ${low} to ${high}`);
      }
    }
  return wrong;
}

describe("the logit lens against Transformers' own norm and head", () => {
  it.each(["llama-gqa-f32", "llama-mqa-tied-bf16", "gpt2-f32", "gpt2-untied-f16"])("%s", async (name) => {
    const { ids, cells } = readFacts(name);
    const { window } = await read(join(models, name), ids);
    expect(window.hooks).toHaveLength(cells[0].length);
    expect(differences(window, cells)).toEqual([]);
  });

  it("tinytown", async () => {
    const { weights, ids, cells } = readFacts("tinytown");
    const sha256 = createHash("sha256")
      .update(readFileSync(join(tinytown, "model.safetensors")))
      .digest("hex");
    expect(sha256, "tinytown was trained anew: run test/parity/lens/make_facts.py").toBe(weights);
    const { window } = await read(tinytown, ids);
    expect(differences(window, cells)).toEqual([]);
    expect(window.texts.get(window.topIds[0])).toBe(`<${window.topIds[0]}>`);
  });

  it("gives the last tokens the same as part of a longer window, and leaves the context as it was", async () => {
    const { ids, cells } = readFacts("llama-gqa-f32");
    const { window, context } = await read(join(models, "llama-gqa-f32"), ids, 7);
    expect(differences(window, cells)).toEqual([]);
    expect(context.tokens).toHaveLength(ids.length);
  });

  it("reads at the last layer what the model predicts", async () => {
    const { ids } = readFacts("tinytown");
    const { window, context } = await read(tinytown, ids);
    const { hooks, count, topIds, topLogprobs, nextLogprobs } = window;
    for (const [t, token] of context.tokens.entries()) {
      const at = t * hooks.length + hooks.length - 1;
      expect([...topIds.slice(at * count, (at + 1) * count)]).toEqual([...token.topIds]);
      for (let k = 0; k < count; k++)
        expect(close(topLogprobs[at * count + k], token.topLogprobs[k]), `token ${t}`).toBe(true);
      if (t + 1 < ids.length) expect(close(nextLogprobs[at], token.nextLogprob), `token ${t}`).toBe(true);
    }
  });
});
