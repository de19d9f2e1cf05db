import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Model } from "../../../server/src/engine/models/model.ts";
import { type Case, fixtures, hooksOf, openModel, readCase, wrongHooks, wrongLogprobs } from "./harness.ts";

test("facts are there for both families and all three precisions", () => {
  for (const part of ["llama", "mistral", "gpt2", "f32", "f16", "bf16"])
    expect(fixtures.filter((name) => name.includes(part))).not.toEqual([]);
});

describe.each(fixtures)("%s against TransformerLens", (name) => {
  let model: Model;
  let facts: Case;
  beforeAll(async () => {
    facts = readCase(name);
    model = await openModel(facts);
  });
  afterAll(() => model?.release());

  test.each([0, 1])("every hook point of sequence %i", async (sequence) => {
    const ids = Int32Array.from(facts.sequences[sequence]);
    const { captures } = await model.forward(ids, { capture: hooksOf(facts) });
    expect(wrongHooks(facts, sequence, captures)).toEqual([]);
  });

  test.each([0, 1])("log-probabilities of sequence %i", async (sequence) => {
    const ids = Int32Array.from(facts.sequences[sequence]);
    const out = await model.forward(ids, {});
    expect(out.logprobs.length).toBe(ids.length);
    expect(out.logprobs.at(-1)).toBeNaN();
    expect(wrongLogprobs(facts, ids, facts.facts.get(`${sequence}.logprobs`)!, out)).toEqual([]);
  });

  test("every split into a cached prefix and the rest gives the same rows", async () => {
    const ids = Int32Array.from(facts.sequences[1]);
    for (const split of [1, 2, 8, ids.length - 1]) {
      const cache = model.newCache();
      await model.forward(ids.subarray(0, split), { cache });
      const rest = await model.forward(ids.subarray(split), { cache, capture: hooksOf(facts) });
      expect(wrongHooks(facts, 1, rest.captures, split), `split at ${split}`).toEqual([]);
      expect(
        wrongLogprobs(facts, ids, facts.facts.get("1.logprobs")!, rest, split),
        `split at ${split}`,
      ).toEqual([]);
    }
  });

  test("token by token gives the same rows", async () => {
    const ids = Int32Array.from(facts.sequences[0]);
    const cache = model.newCache();
    for (let t = 0; t < ids.length; t++) {
      const out = await model.forward(ids.subarray(t, t + 1), { cache, nextId: ids[t + 1] });
      const upToHere = ids.subarray(0, t + 1);
      expect(wrongLogprobs(facts, upToHere, facts.facts.get("0.logprobs")!, out, t), `token ${t}`).toEqual(
        [],
      );
    }
  });

  test("a cache cut back to a shorter prefix serves a different continuation", async () => {
    const ids = Int32Array.from(facts.sequences[1]);
    const cache = model.newCache();
    await model.forward(Int32Array.from([...ids.subarray(0, 5), ...ids.subarray(0, 9)]), { cache });
    cache.truncate(5);
    const rest = await model.forward(ids.subarray(5), { cache, capture: hooksOf(facts) });
    expect(wrongHooks(facts, 1, rest.captures, 5)).toEqual([]);
  });
});
