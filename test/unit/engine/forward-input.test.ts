import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Edit } from "../../../server/src/engine/models/edits.ts";
import { type ForwardOptions, Model } from "../../../server/src/engine/models/model.ts";
import { problemOf } from "./damage.ts";

const folder = join(import.meta.dirname, "../../parity/models/facts/llama-mha-tied-f32");
const ids = Int32Array.of(1, 2, 3, 4);
const hook = "blocks.0.hook_resid_post";
let model: Model;
let d: number;
let vocabulary: number;
beforeAll(async () => {
  model = await Model.open(folder, { device: "cpu", threads: 1 });
  ({ dModel: d, vocabulary } = model.config);
});
afterAll(() => model.release());

/** The problem of a pass, which must leave the cache that it was given as it was. */
async function refusal(of: Int32Array, options: ForwardOptions = {}) {
  const cache = model.newCache();
  await model.forward(Int32Array.of(5), { cache });
  const before = [cache.keys(0).slice(), cache.values(0).slice()];
  const problem = await problemOf(model.forward(of, { ...options, cache }));
  expect(cache.length).toBe(1);
  expect([cache.keys(0), cache.values(0)]).toEqual(before);
  return problem;
}

describe("token ids", () => {
  it.each<[string, (v: number) => [number, number[], number?]]>([
    ["just beyond the vocabulary", (v) => [v, [1, v]]],
    ["far beyond it", () => [1_000_000, [1_000_000, 1]]],
    ["of -1, which would count from the end", () => [-1, [1, -1, 2]]],
    ["beyond it after the last", (v) => [v, [1], v]],
    ["of -1 after the last", () => [-1, [1], -1]],
  ])("%s are refused by number", async (_, make) => {
    const [bad, prompt, nextId] = make(vocabulary);
    const problem = await refusal(Int32Array.from(prompt), { nextId });
    expect(problem).toMatchObject({ code: "token-unknown", subject: "model", path: folder });
    expect(problem.message).toContain(`token id ${bad},`);
    expect(problem.message).toContain(`vocabulary of ${vocabulary} `);
  });

  it("up to the last of the vocabulary run", async () => {
    const out = await model.forward(Int32Array.of(0, vocabulary - 1), { nextId: vocabulary - 1 });
    expect(out.logprobs.every(Number.isFinite)).toBe(true);
  });
});

describe("edits", () => {
  const full = (rows: number, columns: number, length = rows * columns): Edit => ({
    hook,
    keep: new Float32Array(length).fill(1),
    delta: new Float32Array(length),
    shape: [rows, columns],
  });

  it.each<[string, number, (d: number) => Edit]>([
    ["five rows for one token", 1, (w) => full(5, w)],
    ["three rows for four tokens", 4, (w) => full(3, w)],
    ["no rows", 4, (w) => full(0, w)],
    ["half a row", 4, (w) => full(0.5, w, 12)],
    ["too many columns", 4, (w) => full(1, w + 1)],
    ["too few columns", 4, (w) => full(4, w - 1)],
    ["more numbers than its shape", 4, (w) => full(1, w, w + 1)],
    ["fewer numbers than its shape", 4, (w) => full(4, w, w)],
    ["a short keep alone", 4, (w) => ({ hook, shape: [1, w], keep: new Float32Array(1) })],
    ["a short delta alone", 4, (w) => ({ hook, shape: [1, w], delta: new Float32Array(1) })],
  ])("with %s are refused", async (_, tokens, make) => {
    const problem = await refusal(ids.slice(0, tokens), { edits: [make(d)] });
    expect(problem).toMatchObject({ code: "edit-shape", subject: "model" });
    expect(problem.message).toContain(hook);
  });

  it.each<[string, [string, string], ForwardOptions["edits"]?]>([
    ["the same hook point", [hook, hook]],
    ["two names of one hook point", ["blocks.1.hook_resid_pre", hook]],
    ["the first hook point", ["blocks.0.hook_resid_pre", "blocks.0.hook_resid_pre"]],
  ])("that fall twice on %s conflict", async (_, hooks) => {
    const edits = hooks.map((at): Edit => ({ ...full(1, d), hook: at }));
    expect(await refusal(ids, { edits })).toMatchObject({ code: "edit-conflict" });
  });

  it("that fall on different hook points do not", async () => {
    const edits = ["blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid", hook].map(
      (at): Edit => ({ ...full(1, d), hook: at }),
    );
    expect((await model.forward(ids, { edits })).logprobs.length).toBe(4);
  });

  it("conflict too where the first says nothing", async () => {
    const edits: Edit[] = [
      { hook, shape: [1, 1] },
      { hook, shape: [1, 1] },
    ];
    expect(await refusal(ids, { edits })).toMatchObject({ code: "edit-conflict" });
  });
});

it("numbers that are not finite stop a pass before its cache grows", async () => {
  const edits: Edit[] = [{ hook, shape: [1, 1], delta: Float32Array.of(Number.NaN) }];
  expect(await refusal(ids, { edits })).toMatchObject({ code: "weights-nan" });
});
