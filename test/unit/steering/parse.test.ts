import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRecipe } from "../../../server/src/steering/recipe/parse.ts";
import type { Place } from "../../../server/src/yaml/reader.ts";
import { problemsIn, withEdits } from "./recipes.ts";

const full = `version: 1 # of the format
name: Cheerful
description: Makes it smile.
model: tinytown
saes: [resid_post_3]
edits:
  - feature: resid_post_3/812
    strength: 0.5
    tested: [0.1, 0.8]
  - feature: { sae: resid_post_3, label: "mood: cheerful" }
    op: clamp
    strength: 1
    onlyFiring: true
    where: { tokens: generated, roles: [user], positions: [0, 10], from: 5, until: 40, halfLife: 10 }
    when: { feature: resid_post_2/17, above: 2.5, release: 1.0 }
  - sum: [{ feature: a/1 }, { vector: ./v.gguf, weight: -0.5 }, { token: " Paris" }]
    op: ablate
    to: mean
    layers: [3, 4]
    enabled: false
  - vector: { file: ./v.safetensors, name: happy }
    op: project
    hook: blocks.3.hook_resid_post
    when:
      - { feature: a/1, below: 1 }
      - { feature: a/2, above: 0.5 }
checks:
  - name: turns cheerful
    prompt: "It was a quiet morning."
    expect:
      - contains: [smiled, laughed]
        share: 0.5
      - lacks: frowned
      - klBelow: 0.5
      - perplexityRatioBelow: 1.5
      - latent: resid_post_3/812
        above: 1.0
      - judge: mood/cheerful
  - messages: [{ role: user, content: Hello }]
    samples: 2
    expect: [{ contains: 7 }]
`;

describe("a recipe's text", () => {
  it("is read whole, with what it leaves out filled in", () => {
    const { recipe, problems } = parseRecipe(full);
    expect(problems).toEqual([]);
    expect(recipe).toMatchObject({
      name: "Cheerful",
      description: "Makes it smile.",
      model: { value: "tinytown" },
      saes: [{ value: "resid_post_3" }],
    });
    const [first, second, third, fourth] = recipe!.edits;
    expect(first).toMatchObject({
      index: 0,
      source: { kind: "feature", feature: { sae: "resid_post_3", latent: 812, label: null } },
      operation: { value: "add" },
      strength: { value: 0.5 },
      unit: null,
      hooks: null,
      tested: [0.1, 0.8],
      enabled: true,
      where: { tokens: "all", roles: null, positions: null, steps: null, halfLife: null, first: false },
    });
    expect(second).toMatchObject({
      source: { feature: { latent: null, label: "mood: cheerful" } },
      operation: { value: "clamp" },
      onlyFiring: { value: true },
      where: { tokens: "generated", roles: ["user"], positions: [0, 10], steps: [5, 40], halfLife: 10 },
      when: [{ feature: { sae: "resid_post_2", latent: 17 }, above: 2.5, release: 1 }],
    });
    expect(third).toMatchObject({
      source: {
        kind: "sum",
        terms: [
          { weight: 1, source: { kind: "feature" } },
          { weight: -0.5, source: { kind: "vector", file: "./v.gguf", name: null } },
          { weight: 1, source: { kind: "token", text: " Paris" } },
        ],
      },
      strength: null,
      to: "mean",
      hooks: [{ value: "blocks.3.hook_resid_post" }, { value: "blocks.4.hook_resid_post" }],
      enabled: false,
    });
    expect(fourth).toMatchObject({
      source: { kind: "vector", file: "./v.safetensors", name: "happy" },
      when: [{ below: 1 }, { above: 0.5 }],
    });
    expect(recipe!.checks).toMatchObject([
      {
        name: "turns cheerful",
        prompt: { kind: "text", text: "It was a quiet morning." },
        samples: 8,
        seed: 1,
        maxTokens: 40,
        temperature: 0.8,
        expect: [
          { kind: "contains", texts: ["smiled", "laughed"], share: 0.5 },
          { kind: "lacks", texts: ["frowned"], share: 1 },
          { kind: "klBelow", value: 0.5 },
          { kind: "perplexityRatioBelow", value: 1.5 },
          { kind: "latent", feature: { latent: 812 }, above: 1 },
          { kind: "judge", attribute: "mood", value: "cheerful", share: 1 },
        ],
      },
      { name: "check 2", prompt: { kind: "messages" }, samples: 2, expect: [{ texts: ["7"] }] },
    ]);
  });

  it("gives every part its place", () => {
    const { recipe } = parseRecipe(full);
    const at = ({ start, end }: { start: number; end: number }) => full.slice(start, end);
    expect(at(recipe!.model!)).toBe("tinytown");
    expect(at(recipe!.edits[0].source)).toBe("resid_post_3/812");
    expect(at(recipe!.edits[1].strength!)).toBe("1");
    expect(at((recipe!.edits[1].when[0] as { feature: Place }).feature)).toBe("resid_post_2/17");
    expect(at(recipe!.edits[2]).startsWith("sum:")).toBe(true);
  });

  it.each([
    ["", ["recipe-empty: "]],
    ["edits: []", ["recipe-version: e"]],
    ["version: 2\nedits: []", ["recipe-version: 2"]],
    ["version: one\nedits: []", ["recipe-wrong-kind: one"]],
    ["version: 1", ["recipe-no-edits: v"]],
    ["version: 1\nedit: []\nedits: []", ["recipe-key-unknown: edit"]],
    ["version: 1\nedits: {}", ["recipe-wrong-kind: {}"]],
    ["- a", ["recipe-wrong-kind: - a"]],
    ["version: 1\nedits: [}", ["yaml-invalid: }"]],
  ])("of %j says what is wrong with the whole", (text, expected) => {
    const found = problemsIn(text);
    expect(found).toEqual(expected);
  });

  it.each([
    ["{ feature: a/1, strength: 1, strenght: 1 }", "recipe-key-unknown: strenght"],
    ["{ strength: 1 }", "recipe-one-direction: { strength: 1 }"],
    ["{ feature: a/1, token: x, strength: 1 }", "recipe-one-direction: x"],
    ["{ feature: nothing, strength: 1 }", "recipe-feature-invalid: nothing"],
    ["{ feature: { sae: a }, strength: 1 }", "recipe-feature-invalid: { sae: a }"],
    ["{ feature: { sae: a, latent: 1.5 }, strength: 1 }", "recipe-wrong-kind: 1.5"],
    ["{ feature: { sae: a, latent: -1 }, strength: 1 }", "recipe-out-of-range: -1"],
    ["{ feature: a/1, op: amplify, strength: 1 }", "recipe-value-unknown: amplify"],
    ["{ feature: a/1, strength: .nan }", "recipe-not-finite: .nan"],
    ["{ feature: a/1, strength: .inf }", "recipe-not-finite: .inf"],
    ["{ feature: a/1, strength: much }", "recipe-wrong-kind: much"],
    ["{ feature: a/1, strength: }", "recipe-wrong-kind: strength"],
    ["{ feature: a/1 }", "recipe-strength-missing: { feature: a/1 }"],
    ["{ feature: a/1, op: ablate, strength: 1 }", "recipe-strength-needless: 1"],
    ["{ feature: a/1, strength: 1, to: mean }", "recipe-key-elsewhere: mean"],
    ["{ feature: a/1, strength: 1, unit: meters }", "recipe-value-unknown: meters"],
    ["{ token: x, strength: 1, hook: h, layers: [1] }", "recipe-one-place: [1]"],
    ["{ token: x, strength: 1, layers: [] }", "recipe-reaches-nothing: []"],
    ["{ token: x, strength: 1, layers: [one] }", "recipe-wrong-kind: one"],
    ["{ sum: [], strength: 1 }", "recipe-sum-empty: []"],
    ["{ sum: [{ weight: 1 }], strength: 1 }", "recipe-one-direction: { weight: 1 }"],
    ["{ sum: [{ sum: [] }], strength: 1 }", "recipe-key-unknown: sum"],
    ["{ feature: a/1, strength: 1, tested: [2, 1] }", "recipe-wrong-kind: [2, 1]"],
    ["{ feature: a/1, strength: 1, tested: [2, 3] }", "recipe-untested: 1"],
    ["{ feature: a/1, strength: 4, tested: [2, 3] }", "recipe-untested: 4"],
    ["{ feature: a/1, strength: 1, enabled: maybe }", "recipe-wrong-kind: maybe"],
    ["{ feature: a/1, strength: 1, where: { tokens: some } }", "recipe-value-unknown: some"],
    ["{ feature: a/1, strength: 1, where: { roles: [king] } }", "recipe-value-unknown: king"],
    ["{ feature: a/1, strength: 1, where: { roles: [] } }", "recipe-reaches-nothing: []"],
    ["{ feature: a/1, strength: 1, where: { positions: 3 } }", "recipe-wrong-kind: 3"],
    ["{ feature: a/1, strength: 1, where: { from: 5, until: 5 } }", "recipe-reaches-nothing: 5"],
    ["{ feature: a/1, strength: 1, where: { halfLife: 0 } }", "recipe-out-of-range: 0"],
    ["{ feature: a/1, strength: 1, when: { feature: a/1 } }", "recipe-condition-invalid: { feature: a/1 }"],
    [
      "{ feature: a/1, strength: 1, when: { feature: a/1, above: 1, release: 2 } }",
      "recipe-condition-invalid: 2",
    ],
  ])("with the edit %s says what is wrong, and where", (edit, expected) => {
    const text = withEdits(edit);
    const found = problemsIn(text);
    if (expected.startsWith("recipe-key-unknown: sum")) expect(found[0]).toBe(expected);
    else expect(found).toEqual([expected]);
  });

  it.each([
    ["{ expect: [] }", "recipe-one-prompt"],
    ["{ prompt: a, file: b, expect: [] }", "recipe-one-prompt"],
    ["{ prompt: a }", "recipe-expects-nothing"],
    ["{ prompt: a, samples: 0, expect: [] }", "recipe-out-of-range"],
    ["{ prompt: a, expect: [{ share: 1 }] }", "recipe-one-expectation"],
    ["{ prompt: a, expect: [{ contains: x, lacks: y }] }", "recipe-one-expectation"],
    ["{ prompt: a, expect: [{ contains: x, share: 2 }] }", "recipe-out-of-range"],
    ["{ prompt: a, expect: [{ klBelow: 1, share: 1 }] }", "recipe-key-elsewhere"],
    ["{ prompt: a, expect: [{ latent: a/1 }] }", "recipe-bound-missing"],
    ["{ prompt: a, expect: [{ judge: mood }] }", "recipe-judge-invalid"],
    ["{ messages: [{ role: king, content: x }], expect: [] }", "recipe-value-unknown"],
  ])("with the check %s says what is wrong", (check, code) => {
    const found = problemsIn(`version: 1\nedits: []\nchecks:\n  - ${check}\n`);
    expect(found.map((it) => it.split(":")[0])).toEqual([code]);
  });

  it("suggests what was meant", () => {
    const { problems } = parseRecipe(withEdits("{ feature: a/1, strenght: 1, op: clmp, strength: 1 }"));
    expect(problems.map(({ remedy }) => remedy)).toEqual([
      "Did you mean “strength”?",
      "Did you mean “clamp”?",
    ]);
  });

  it("keeps the edits that are usable, and numbers them as they stand", () => {
    const { recipe } = parseRecipe(withEdits("{ strength: 1 }", "{ feature: a/1, strength: 1 }"));
    expect(recipe!.edits.map(({ index }) => index)).toEqual([1]);
  });

  it("follows anchors", () => {
    const text = `version: 1\nedits:\n  - &one { feature: a/1, strength: 1 }\n  - *one\n`;
    expect(parseRecipe(text)).toMatchObject({
      problems: [],
      recipe: { edits: [{ index: 0 }, { index: 1 }] },
    });
  });

  it("never fails on any text, and places every problem inside it", () => {
    const piece = fc.constantFrom(
      ..."version: 1\n|edits:|- |  |{|}|[|]|feature: |a/1|strength: |.nan|&a |*a|<<: |when|: |\n|#|'|\"|~".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        for (const { start, end } of parseRecipe(text).problems)
          expect(start >= 0 && start <= end && end <= text.length + 1).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
