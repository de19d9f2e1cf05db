import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Edit } from "../../../server/src/engine/models/edits.ts";
import type { Model } from "../../../server/src/engine/models/model.ts";
import { worstRow } from "./facts.ts";
import {
  type Case,
  editsOf,
  fixtures,
  hooksOf,
  openModel,
  readCase,
  tolerance,
  wrongHooks,
  wrongLogprobs,
} from "./harness.ts";

const edited = fixtures.map(readCase).filter(({ edits }) => edits.length > 0);

test("facts with edits are there for both families", () => {
  for (const family of ["llama", "gpt2"])
    expect(edited.filter(({ name }) => name.startsWith(family))).not.toEqual([]);
});

describe.each(edited)("$name", (facts: Case) => {
  let model: Model;
  const ids = Int32Array.from(facts.sequences[0]);
  const last = `blocks.${facts.layers - 1}.hook_resid_post`;
  beforeAll(async () => {
    model = await openModel(facts);
  });
  afterAll(() => model?.release());

  test.each(facts.edits)("edit $name equals the one made with TransformerLens hooks", async (plan) => {
    const out = await model.forward(ids, { capture: [last], edits: editsOf(facts, plan) });
    const { data } = facts.facts.get(`edit.${plan.name}.resid_post`)!;
    expect(worstRow(out.captures.get(last)!, data, facts.dModel).error).toBeLessThanOrEqual(tolerance);
    expect(wrongLogprobs(facts, ids, facts.facts.get(`edit.${plan.name}.logprobs`)!, out)).toEqual([]);
  });

  test.each(facts.edits)("edit $name over a cached, equally edited prefix", async (plan) => {
    const split = 4;
    const cache = model.newCache();
    await model.forward(ids.subarray(0, split), { cache, edits: editsOf(facts, plan, 0, split) });
    const rest = await model.forward(ids.subarray(split), { cache, edits: editsOf(facts, plan, split) });
    expect(wrongLogprobs(facts, ids, facts.facts.get(`edit.${plan.name}.logprobs`)!, rest, split)).toEqual(
      [],
    );
  });

  test("an edit leaves nothing behind: the next pass is the plain one", async () => {
    await model.forward(ids, { edits: editsOf(facts, facts.edits[0]) });
    const out = await model.forward(ids, { capture: hooksOf(facts) });
    expect(wrongHooks(facts, 0, out.captures)).toEqual([]);
  });

  test("keep = 1 and delta = 0, in every shape, change nothing", async () => {
    for (const shape of [
      [1, 1],
      [1, facts.dModel],
      [ids.length, 1],
      [ids.length, facts.dModel],
    ] satisfies [number, number][]) {
      const size = shape[0] * shape[1];
      const idle: Edit = {
        hook: last,
        keep: new Float32Array(size).fill(1),
        delta: new Float32Array(size),
        shape,
      };
      const out = await model.forward(ids, { edits: [idle] });
      expect(wrongLogprobs(facts, ids, facts.facts.get("0.logprobs")!, out), `shape ${shape}`).toEqual([]);
    }
  });
});
