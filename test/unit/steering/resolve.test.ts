import { describe, expect, it } from "vitest";
import { parseRecipe } from "../../../server/src/steering/recipe/parse.ts";
import { resolveRecipe } from "../../../server/src/steering/recipe/resolve.ts";
import { resolved, surroundings, told, withEdits } from "./recipes.ts";

const latent = (sae: number, number: number, weight = 1) => ({
  direction: { kind: "latent", sae, latent: number },
  weight,
});

describe("a recipe in a set-up", () => {
  it("becomes what the engine takes", async () => {
    const text = withEdits(
      "{ feature: early/7, strength: 0.5 }",
      '{ feature: { sae: early, label: "mood: cheerful" }, op: clamp, strength: 1, onlyFiring: true }',
      "{ feature: late/3, op: ablate, to: mean, when: { feature: early/7, above: 2, release: 1 } }",
      '{ token: " x", strength: -1, layers: [0, 3] }',
      "{ feature: early/7, strength: 1, enabled: false }",
    );
    const { steering, edits, problems } = await resolved(text);
    expect(problems.map(({ code }) => code)).toEqual(["recipe-same-hook"]);
    expect(steering).toMatchObject([
      {
        hook: "blocks.1.hook_resid_post",
        operation: "add",
        directions: [latent(0, 7)],
        amount: 0.5,
        unit: "residual",
        onlyFiring: false,
        when: [],
      },
      { operation: "clamp", directions: [latent(0, 1)], amount: 1, unit: "maximum", onlyFiring: true },
      {
        hook: "blocks.2.hook_resid_post",
        operation: "ablate",
        amount: "mean",
        when: [{ sae: 0, latent: 7, above: 2, release: 1 }],
      },
      { hook: "blocks.0.hook_resid_post", directions: [{ direction: { kind: "token", id: 2 }, weight: 1 }] },
      { hook: "blocks.3.hook_resid_post", amount: -1 },
    ]);
    expect(edits.map(({ steering }) => steering.length)).toEqual([1, 1, 1, 2, 1]);
    expect(edits.map(({ words }) => words)).toEqual([
      "Adds 0.5 × the median residual norm of early/7 at blocks.1.hook_resid_post, on all tokens but the first.",
      "Holds early/1 “mood: cheerful” at 1 × its known maximum at blocks.1.hook_resid_post, where it fires, on all tokens but the first.",
      "Sets late/3 to its mean at blocks.2.hook_resid_post, on all tokens but the first, where early/7 is above 2 (and on until 1).",
      "Takes 1 × the median residual norm of the token “ x” away at blocks.0.hook_resid_post, blocks.3.hook_resid_post, on all tokens but the first.",
      "Adds 1 × the median residual norm of early/7 at blocks.1.hook_resid_post, on all tokens but the first.",
    ]);
  });

  it("takes a vector where its file says, or where the recipe does", async () => {
    const { steering } = await resolved(
      withEdits(
        "{ vector: layers.gguf, strength: 1 }",
        "{ vector: layers.gguf, strength: 1, hook: blocks.3.hook_resid_pre }",
        "{ vector: plain.safetensors, strength: 1, layers: [0] }",
      ),
    );
    expect(steering.map(({ hook, directions: [{ direction }] }) => [hook, direction])).toEqual([
      ["blocks.1.hook_resid_post", { kind: "vector", vector: new Float32Array(8).fill(1) }],
      ["blocks.2.hook_resid_post", { kind: "vector", vector: new Float32Array(8).fill(2) }],
      ["blocks.3.hook_resid_pre", { kind: "vector", vector: new Float32Array(8).fill(2) }],
      ["blocks.0.hook_resid_post", { kind: "vector", vector: new Float32Array(8).fill(1) }],
    ]);
  });

  it("adds up the terms of a sum at the hook point they share", async () => {
    const { steering, problems } = await resolved(
      withEdits("{ sum: [{ feature: early/1 }, { token: x, weight: -2 }], strength: 1 }"),
    );
    expect(problems).toEqual([]);
    expect(steering).toMatchObject([
      {
        hook: "blocks.1.hook_resid_post",
        directions: [latent(0, 1), { direction: { kind: "token", id: 1 }, weight: -2 }],
      },
    ]);
  });

  it("edits a block's output where it joins the stream", async () => {
    const { steering } = await resolved(withEdits("{ feature: mlp/1, strength: 1 }"));
    expect(steering[0].hook).toBe("blocks.1.hook_resid_post");
  });

  it.each([
    ["{ feature: erly/1, strength: 1 }", "recipe-sae-unknown: erly/1"],
    ["{ feature: early/100, strength: 1 }", "recipe-latent-unknown: early/100"],
    [
      "{ feature: { sae: early, label: a horse }, strength: 1 }",
      "recipe-label-unknown: { sae: early, label: a horse }",
    ],
    [
      "{ feature: { sae: early, label: a cat }, strength: 1 }",
      "recipe-label-ambiguous: { sae: early, label: a cat }",
    ],
    ["{ feature: heads/1, strength: 1 }", "recipe-not-in-stream: heads/1"],
    ["{ token: a b, strength: 1, layers: [1] }", "recipe-token-invalid: a b"],
    ["{ token: a, strength: 1 }", "recipe-hook-missing: a"],
    [
      "{ token: a, strength: 1, hook: blocks.9.hook_resid_post }",
      "recipe-hook-unknown: blocks.9.hook_resid_post",
    ],
    ["{ token: a, strength: 1, hook: blocks.1.attn.hook_z }", "recipe-hook-unknown: blocks.1.attn.hook_z"],
    ["{ token: a, strength: 1, layers: [1, 4] }", "recipe-hook-unknown: 4"],
    ["{ vector: wide.safetensors, strength: 1, layers: [1] }", "recipe-vector-width: wide.safetensors"],
    ["{ vector: plain.safetensors, strength: 1 }", "recipe-hook-missing: plain.safetensors"],
    ["{ vector: layers.gguf, strength: 1, layers: [3] }", "recipe-vector-elsewhere: layers.gguf"],
    [
      "{ sum: [{ feature: early/1 }, { feature: late/1 }], strength: 1 }",
      "recipe-hook-missing: [{ feature: early/1 }, { feature: late/1 }]",
    ],
    ["{ feature: early/1, op: clamp, strength: 1, layers: [2] }", "recipe-hook-elsewhere: 2"],
    ["{ token: a, strength: 1, unit: maximum, layers: [1] }", "recipe-maximum-unknown: maximum"],
    ["{ feature: early/9, op: cap, strength: 1 }", "recipe-maximum-unknown: 1"],
    ["{ feature: early/1, op: scale, strength: 2, unit: raw }", "recipe-unit-needless: raw"],
    ["{ token: a, strength: 1, layers: [1], onlyFiring: true }", "recipe-only-firing: true"],
    [
      "{ feature: early/1, strength: 1, when: { feature: late/1, above: 1 } }",
      "recipe-condition-later: late/1",
    ],
    ["{ feature: early/1, strength: 1, when: { feature: no/1, above: 1 } }", "recipe-sae-unknown: no/1"],
  ])("does not have %s", async (edit, expected) => {
    const text = withEdits(edit);
    const { problems, steering, edits } = await resolved(text);
    expect(told(text, problems)).toEqual([expected]);
    const error = problems[0].severity === "error";
    expect(steering.length).toBe(error ? 0 : 1);
    expect(edits[0].words === null).toBe(error);
  });

  it("names what there is instead", async () => {
    const { problems } = await resolved(
      withEdits("{ feature: erly/1, strength: 1 }", "{ feature: { sae: early, label: a cat }, strength: 1 }"),
    );
    expect(problems[0].message).toContain("early, late, heads, mlp");
    expect(problems[0].remedy).toBe("Did you mean “early”?");
    expect(problems[1].message).toContain("2, 3");
  });

  it("says why a vector cannot be read, at its place", async () => {
    const text = withEdits("{ vector: none.gguf, strength: 1, layers: [1] }");
    const { problems } = await resolved(text);
    expect(problems).toMatchObject([{ message: expect.stringContaining("/recipes/none.gguf") }]);
    expect(text.slice(problems[0].start, problems[0].end)).toBe("none.gguf");
    const untrusted = await resolved(text, { trusted: false });
    expect(told(text, untrusted.problems)).toEqual(["workspace-not-trusted: none.gguf"]);
  });

  it("is refused by another model, and says nothing else", async () => {
    const text = `model: toy\n${withEdits("{ feature: no/1, strength: 1 }")}`;
    const model = { ...surroundings.description.model, id: "gpt2", path: "/models/gpt2" };
    const description = { ...surroundings.description, model };
    const other = await resolved(text, { steers: "gpt2", description });
    expect(told(text, other.problems)).toEqual(["recipe-other-model: toy"]);
    expect(other.steering).toEqual([]);
    const same = await resolved(text, { steers: "/models/toy" });
    expect(told(text, same.problems)).toEqual(["recipe-sae-unknown: no/1"]);
  });

  it("tells of edits that share a hook point only where they are switched on", async () => {
    const text = withEdits(
      "{ feature: early/1, strength: 1 }",
      "{ feature: early/2, strength: 1, enabled: false }",
    );
    expect((await resolved(text)).problems).toEqual([]);
    const both = text.replace(", enabled: false", "");
    const { problems } = await resolved(both);
    expect(told(both, problems)).toEqual(["recipe-same-hook: early/2"]);
    expect(problems[0].severity).toBe("information");
  });

  it.each([
    ["mod/cheerful", /no attribute “mod”.*Did you mean “mood”/],
    ["beauty/plain", /no attribute “beauty”.*It knows mood, topic, .* and \d+ more/],
    ["mood/cheerfull", /no “cheerfull” of mood.*Did you mean “cheerful”/],
    ["mood/bored", /no “bored” of mood.*It knows cheerful, .*afraid\./],
  ])("says of a check what the judge cannot find: %s", async (judge, said) => {
    const check = (it: string) =>
      `version: 1\nedits: []\nchecks: [{ prompt: a, expect: [{ judge: ${it} }] }]\n`;
    const { recipe } = parseRecipe(check(judge));
    const { problems } = await resolveRecipe(recipe!, surroundings);
    expect(problems.map(({ code, message, remedy }) => [code, `${message} ${remedy}`])).toEqual([
      ["recipe-judge-unknown", expect.stringMatching(said)],
    ]);
    const { recipe: known } = parseRecipe(check("pet name/Whiskers"));
    expect((await resolveRecipe(known!, surroundings)).problems.map(({ code }) => code)).toEqual([
      "recipe-judge-unknown",
    ]);
    for (const it of ["mood/afraid", "digit/7", "truth/true statement", "language/french", "object/lamp"])
      expect((await resolveRecipe(parseRecipe(check(it)).recipe!, surroundings)).problems).toEqual([]);
  });

  it("looks up the latents of its checks", async () => {
    const text = "version: 1\nedits: []\nchecks: [{ prompt: a, expect: [{ latent: no/1, above: 1 }] }]\n";
    const { recipe } = parseRecipe(text);
    const { problems } = await resolveRecipe(recipe!, surroundings);
    expect(told(text, problems)).toEqual(["recipe-sae-unknown: no/1"]);
  });
});
