import { describe, expect, it } from "vitest";
import { logOdds } from "../../../server/src/learn/linear-telling.ts";
import { probeVector } from "./probes.ts";
import { problemsIn, resolved, told, withEdits } from "./recipes.ts";

const negative = probeVector.map((it) => -it);
const direction = (vector: Float32Array, weight = 1) => ({ direction: { kind: "vector", vector }, weight });

describe("a probe in a recipe", () => {
  it("gives its direction at its own hook point, of two classes towards either", async () => {
    const { steering, edits, problems } = await resolved(
      withEdits(
        "{ probe: truth, strength: 0.5 }",
        "{ probe: truth, class: false, op: project, hook: blocks.2.hook_resid_pre }",
        "{ probe: reward, op: clamp, strength: 2, enabled: false }",
      ),
    );
    expect(problems.map(({ code }) => code)).toEqual(["recipe-same-hook"]);
    expect(steering).toMatchObject([
      { hook: "blocks.1.hook_resid_post", unit: "residual", directions: [direction(probeVector)] },
      { hook: "blocks.2.hook_resid_pre", operation: "project", directions: [direction(negative)] },
    ]);
    expect(edits.map(({ words }) => words)).toEqual([
      "Adds 0.5 × the median residual norm of the probe truth (towards true) at blocks.1.hook_resid_post, on all tokens but the first.",
      "Takes out the part along the probe truth (towards false) at blocks.1.hook_resid_post, on all tokens but the first.",
      "Holds the projection on the probe reward at 2 × the median residual norm at blocks.1.hook_resid_post, on all tokens but the first.",
    ]);
  });

  it("is a term of a sum, and of several classes the one that is named", async () => {
    const { steering, problems } = await resolved(
      withEdits("{ sum: [{ probe: three, class: green, weight: -2 }, { feature: early/1 }], strength: 1 }"),
    );
    expect(problems).toEqual([]);
    expect(steering[0].directions).toEqual([
      direction(Float32Array.of(8, 9, 10, 11, 12, 13, 14, 15), -2),
      { direction: { kind: "latent", sae: 0, latent: 1 }, weight: 1 },
    ]);
  });

  it("on latents becomes the sum of their decoder directions with its weights", async () => {
    const { steering } = await resolved(withEdits("{ probe: latents, strength: 1 }"));
    const term = (latent: number, weight: number) => ({
      direction: { kind: "latent", sae: 0, latent },
      weight,
    });
    expect(steering).toMatchObject([
      {
        hook: "blocks.1.hook_resid_post",
        directions: [{ direction: { kind: "sum", terms: [term(3, 2), term(7, -1)] }, weight: 1 }],
      },
    ]);
  });

  it.each([
    ["{ probe: lost, strength: 1 }", "probe-unknown: lost"],
    ["{ probe: other, strength: 1 }", "recipe-probe-other-model: other"],
    ["{ probe: attentive, strength: 1 }", "recipe-probe-no-direction: attentive"],
    ["{ probe: attention, strength: 1 }", "recipe-probe-not-in-stream: attention"],
    ["{ probe: heads, strength: 1 }", "recipe-probe-not-in-stream: heads"],
    ["{ probe: gone, strength: 1 }", "recipe-probe-sae-missing: gone"],
    ["{ probe: three, strength: 1 }", "recipe-probe-class: three"],
    ["{ probe: three, class: black, strength: 1 }", "recipe-probe-class: black"],
    ["{ probe: reward, class: high, strength: 1 }", "recipe-probe-class: high"],
    ["{ probe: truth, strength: 1, layers: [2] }", "recipe-probe-elsewhere: truth"],
    ["{ probe: truth, strength: 1, unit: maximum }", "recipe-maximum-unknown: maximum"],
    ["{ feature: early/1, strength: 1, when: { probe: late, above: 0.8 } }", "recipe-condition-later: late"],
    [
      "{ feature: late/1, strength: 1, when: { probe: truth, above: 1.5 } }",
      "recipe-condition-invalid: truth",
    ],
    [
      "{ feature: late/1, strength: 1, when: { probe: three, above: 0.5 } }",
      "recipe-probe-not-linear: three",
    ],
    [
      "{ feature: late/1, strength: 1, when: { probe: latents, above: 0.5 } }",
      "recipe-probe-not-in-stream: latents",
    ],
  ])("cannot be used as %s", async (edit, expected) => {
    const text = withEdits(edit);
    const { problems } = await resolved(text);
    expect(told(text, problems)).toEqual([expected]);
    expect(problems[0].remedy).not.toBe("");
  });

  it("is not read in a workspace that is not trusted", async () => {
    const { problems } = await resolved(withEdits("{ probe: truth, strength: 1 }"), { trusted: false });
    expect(problems.map(({ code }) => code)).toEqual(["workspace-not-trusted"]);
  });

  it.each([
    ["{ feature: a/1, class: x, strength: 1 }", "recipe-key-elsewhere: x"],
    ["{ probe: a, feature: b/1, strength: 1 }", "recipe-one-direction: b/1"],
    ["{ feature: a/1, strength: 1, when: { probe: p } }", "recipe-condition-invalid: { probe: p }"],
    [
      "{ feature: a/1, strength: 1, when: { probe: p, feature: a/1, above: 1 } }",
      "recipe-condition-invalid: { probe: p, feature: a/1, above: 1 }",
    ],
  ])("is not written as %s", (edit, expected) => {
    expect(problemsIn(withEdits(edit))).toEqual([expected]);
  });
});

describe("a probe as a condition", () => {
  it("compares log-odds, calibration included", async () => {
    const { steering, edits } = await resolved(
      withEdits(
        "{ feature: late/1, strength: 1, when: { probe: truth, above: 0.8, release: 0.5 } }",
        "{ feature: late/1, strength: 1, when: { probe: calibrated, class: false, below: 0.1 } }",
        "{ feature: late/1, strength: 1, when: { probe: reward, above: -2 } }",
      ),
    );
    const hook = "blocks.1.hook_resid_post";
    expect(steering.map(({ when }) => when)).toEqual([
      [{ hook, vector: probeVector, bias: 0.5, above: Math.log(0.8) - Math.log1p(-0.8), release: 0 }],
      [{ hook, vector: negative.map((it) => 2 * it), bias: -(2 * 0.5 - 1), below: logOdds(0.1) }],
      [{ hook, vector: probeVector, bias: 0.5, above: -2 }],
    ]);
    expect(edits[0].words).toMatch(/, where the probe truth \(true\) is above 0.8 \(and on until 0.5\)\.$/);
  });
});
