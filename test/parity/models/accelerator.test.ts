import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { canonicalHook } from "../../../server/src/engine/models/hooks.ts";
import { Model } from "../../../server/src/engine/models/model.ts";
import { rowsOf, worstRow } from "./facts.ts";
import { editsOf, fixtures, hooksOf, readCase, tolerance, wrongHooks, wrongLogprobs } from "./harness.ts";

vi.mock("onnxruntime-node", async () => (await import("./on-accelerator.ts")).withoutAccelerator());

const onAccelerator = { device: "webgpu", threads: 1 } as const;

describe.each(fixtures.map(readCase))("$name, written for an accelerator", (facts) => {
  let model: Model;
  beforeAll(async () => {
    model = await Model.open(facts.folder, onAccelerator);
  });
  afterAll(() => model?.release());

  test("is another graph than the CPU's", () => expect(model.packsPast).toBe(true));

  test.each([0, 1])("hook points and log-probabilities of sequence %i", async (sequence) => {
    const ids = Int32Array.from(facts.sequences[sequence]);
    const out = await model.forward(ids, { capture: hooksOf(facts) });
    expect(wrongHooks(facts, sequence, out.captures)).toEqual([]);
    expect(wrongLogprobs(facts, ids, facts.facts.get(`${sequence}.logprobs`)!, out)).toEqual([]);
  });

  test("a cached prefix and the rest, and token by token", async () => {
    const ids = Int32Array.from(facts.sequences[1]);
    const cache = model.newCache();
    for (const [from, to] of [[0, 3], ...Array.from(ids.subarray(3), (_, i) => [3 + i, 4 + i])]) {
      const out = await model.forward(ids.subarray(from, to), { cache, nextId: ids[to] });
      expect(wrongLogprobs(facts, ids.subarray(0, to), facts.facts.get("1.logprobs")!, out, from)).toEqual(
        [],
      );
    }
  });

  test("several texts side by side, each over its own keys only", async () => {
    const ids = Int32Array.from(facts.sequences[1]);
    const cache = model.newCache();
    await model.forward(ids.subarray(0, 5), { cache });
    // Places of keys: those of the prompt, and of the two new tokens only the own one.
    const prompt = [0n, 1n, 2n, 3n, 4n];
    const keys = BigInt64Array.from([...prompt, 5n, 2n ** 40n, ...prompt, 2n ** 40n, 5n]);
    const both = Int32Array.of(ids[5], ids[5]);
    const out = await model.forward(both, { cache, sideBySide: { position: 5, keys } });
    const stored = rowsOf(facts.facts.get("1.logprobs")!.data, facts.vocabulary, 5, 6);
    const best = stored.toSorted().reverse()[0];
    for (const row of [0, 1]) expect(out.topLogprobs[row * 10]).toBeCloseTo(best, 4);
  });

  test("takes edits where it was opened for them, and nowhere else", async () => {
    const ids = Int32Array.from(facts.sequences[0]);
    for (const plan of facts.edits) {
      const edits = editsOf(facts, plan);
      await expect(model.forward(ids, { edits })).rejects.toThrow("takes no edit at");
      const hooks = edits.map(({ hook }) => canonicalHook(hook));
      const edited = await Model.open(facts.folder, onAccelerator, [], hooks);
      const last = `blocks.${facts.layers - 1}.hook_resid_post`;
      const out = await edited.forward(ids, { capture: [last], edits });
      await edited.release();
      const { data } = facts.facts.get(`edit.${plan.name}.resid_post`)!;
      expect(worstRow(out.captures.get(last)!, data, facts.dModel).error).toBeLessThanOrEqual(tolerance);
      expect(wrongLogprobs(facts, ids, facts.facts.get(`edit.${plan.name}.logprobs`)!, out)).toEqual([]);
    }
  });
});
