import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hooksFor, missingHooks } from "../../../server/src/probes/spec/hooks.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { isProbeName } from "../../../server/src/probes/spec/types.ts";
import { told } from "../steering/recipes.ts";

const problemsIn = (text: string) => told(text, parseProbe(text).problems);
const withData = (rest: string, data = "{ files: a.jsonl, group: g, split: s }") =>
  `data: ${data}\n${rest}\n`;
const specOf = (text: string) => {
  const { spec, problems } = parseProbe(text);
  expect(problems).toEqual([]);
  return spec!;
};

describe("a probe's specification", () => {
  it("needs its data only, and says what is usual for the rest", () => {
    expect(specOf("data: { files: [a.jsonl, more/*.csv] }")).toEqual({
      name: null,
      description: null,
      model: null,
      saes: null,
      data: { kind: "files", files: ["a.jsonl", "more/*.csv"] },
      columns: {
        text: "text",
        label: "label",
        span: null,
        spans: null,
        group: null,
        pair: null,
        split: null,
      },
      target: { type: "classes", names: null, positive: null, least: 5, most: null },
      level: "text",
      readAs: "text",
      hooks: "resid_post",
      positions: ["last", "mean"],
      kinds: ["logistic"],
      splits: { test: 0.2, by: "random", testGroups: null, duplicates: "drop" },
      seed: 1,
      penalty: null,
      k: null,
      alpha: null,
      controls: {
        shuffled: 5,
        seeds: 5,
        places: 1,
        controlTask: true,
        nGram: true,
        cleaned: true,
        groupHeldOut: true,
        learningCurve: true,
        descriptionLength: true,
        usableInformation: true,
      },
      editor: { threshold: null, severity: "information", message: null, silent: null },
    });
  });

  it("is read as it is written", () => {
    const spec = specOf(`probe: 1
name: Truth
model: tinytown
saes: [resid_post_3]
data:
  tinytown: { attribute: truth, n: 400, seed: 7, kinds: [verdicts] }
target: { classes: [false, true], examples: { min: 20, max: 100 } }
level: span
read-as: user
hooks: [blocks.3.hook_resid_post, blocks.0.hook_mlp_out]
positions: mean
kinds: [mass-mean, ccs, k-sparse, multiple-instance]
splits: { test: 0.3, by: group, test-groups: ["held-out*"], duplicates: refuse }
seed: 3
penalty: 0.5
k: 16
alpha: 0.1
controls: { shuffled: 20, seeds: false, places: 3, control-task: false }
editor: { threshold: 0.9, severity: warning, message: The model treats this as untrue }
`);
    expect(spec).toMatchObject({
      name: "Truth",
      model: { value: "tinytown" },
      saes: [{ value: "resid_post_3" }],
      data: { kind: "tinytown", attribute: "truth", n: 400, seed: 7, kinds: ["verdicts"] },
      target: { type: "classes", names: ["false", "true"], least: 20, most: 100 },
      level: "span",
      readAs: "user",
      hooks: ["blocks.3.hook_resid_post", "blocks.0.hook_mlp_out"],
      positions: ["mean"],
      kinds: ["mass-mean", "ccs", "k-sparse", "multiple-instance"],
      splits: { test: 0.3, by: "group", testGroups: ["held-out*"], duplicates: "refuse" },
      ...{ seed: 3, penalty: 0.5, k: 16, alpha: 0.1 },
      controls: { shuffled: 20, seeds: 1, places: 3, controlTask: false, nGram: true },
      editor: {
        threshold: 0.9,
        severity: "warning",
        message: "The model treats this as untrue",
        silent: null,
      },
    });
  });

  it.each([
    [
      "target: { order: [low, high] }",
      { target: { type: "ordered", names: ["low", "high"] }, kinds: ["ordinal"] },
    ],
    ["target: { type: number }", { target: { type: "number", names: null }, kinds: ["ridge"] }],
    ["level: token", { level: "token", positions: ["all"] }],
    ["controls: false", { controls: { shuffled: 0, seeds: 1, nGram: false, controlTask: false } }],
    ["hooks: all", { hooks: "all" }],
    ["target: { classes: [a, b, c] }\neditor: { silent: b }", { editor: { silent: ["b"] } }],
    ["editor: { silent: [x, y] }", { editor: { silent: ["x", "y"] } }],
    ["positions: [max, max]", { positions: ["max"] }],
    ["splits: { test-groups: a }", { splits: { by: "group", testGroups: ["a"] } }],
  ])("takes from %s what follows from it", (text, expected) => {
    expect(specOf(withData(text))).toMatchObject(expected);
  });

  it.each([
    ["{ files: a.csv, split: s, group: g }", { splits: { by: "column" } }],
    ["{ files: a.csv, group: g }", { splits: { by: "group" } }],
    ["{ files: a.csv, span: [from, to] }", { level: "span", columns: { span: ["from", "to"] } }],
    [
      "{ files: a.csv, spans: { attribute: mood } }",
      { level: "span", columns: { spans: { column: "spans" } } },
    ],
    ["{ folder: texts }", { data: { kind: "folder", folder: "texts" } }],
    [
      "{ tinytown: { attribute: truth } }",
      { splits: { by: "column" }, data: { n: 2000, seed: 1, kinds: null } },
    ],
    ["{ tinytown: { attribute: mood } }", { splits: { by: "group" } }],
  ])("takes from the data %s what follows from it", (data, expected) => {
    expect(specOf(withData("", data))).toMatchObject(expected);
  });

  it.each([
    ["", "probe-empty: "],
    ["data: [", "yaml-invalid"],
    ["probe: 2\ndata: { files: a }", "probe-version: 2"],
    ["name: x", "probe-no-data: n"],
    ["data: {}", "probe-one-source: {}"],
    ["data: { files: a, folder: b }", "probe-one-source: b"],
    ["data: { files: [] }", "probe-list-empty: []"],
    ["data: { tinytown: { attribute: mod } }", "probe-attribute-unknown: mod"],
    ["data: { tinytown: {} }", "probe-attribute-missing: {}"],
    ["data: { tinytown: { attribute: mood, n: 0 } }", "probe-out-of-range: 0"],
    ["data: { tinytown: { attribute: mood }, text: t }", "probe-key-elsewhere: t"],
    ["data: { files: a, span: [x] }", "probe-span-invalid: [x]"],
    ["data: { files: a, span: [x, y], spans: {} }", "probe-one-span: {}"],
    [withData("kind: lda"), "probe-key-unknown: kind"],
    [withData("kinds: [logistik]"), "probe-value-unknown: logistik"],
    [withData("kinds: ccs"), "probe-pairs-missing: ccs"],
    [withData("kinds: ccs", "{ tinytown: { attribute: mood } }"), "probe-pairs-missing: ccs"],
    [
      withData("level: token", "{ tinytown: { attribute: resident } }"),
      "probe-attribute-without-tokens: token",
    ],
    [withData("hooks: [blocks.1.hook_resid]"), "probe-hook-unknown: blocks.1.hook_resid"],
    [withData("hooks: some"), "probe-hook-unknown: some"],
    [withData("level: token\npositions: last"), "probe-position-impossible: last"],
    [withData("target: { type: ordered }"), "probe-order-missing: { type: ordered }"],
    [withData("target: { type: number, classes: [a, b] }"), "probe-key-elsewhere: [a, b]"],
    [withData("target: { classes: [a] }"), "probe-classes-invalid: [a]"],
    [withData("target: { classes: [a, a] }"), "probe-classes-invalid: [a, a]"],
    [withData("target: { classes: [a, b], positive: c }"), "probe-positive-unknown: c"],
    [withData("target: { examples: { min: 9, max: 8 } }"), "probe-examples-invalid: 8"],
    [withData("splits: { test: 1 }"), "probe-out-of-range: 1"],
    [withData("splits: { by: group }", "{ files: a }"), "probe-split-impossible: group"],
    [withData("splits: { by: column }", "{ files: a }"), "probe-split-impossible: column"],
    [withData("splits: { by: random, test-groups: [a] }"), "probe-key-elsewhere: [a]"],
    [withData("controls: { shuffled: many }"), "probe-wrong-kind: many"],
    [withData("editor: { threshold: 2 }"), "probe-out-of-range: 2"],
    [withData("editor: { severity: loud }"), "probe-value-unknown: loud"],
    [withData("target: { classes: [a, b, c] }\neditor: { silent: d }"), "probe-silent-unknown: d"],
    [withData("target: { classes: [a, b] }\neditor: { silent: a }"), "probe-key-elsewhere: a"],
    [withData("target: { positive: a }\neditor: { silent: b }"), "probe-key-elsewhere: b"],
    [withData("target: { type: number }\neditor: { silent: a }"), "probe-key-elsewhere: a"],
    [withData("level: token\nkinds: [lda, multiple-instance]"), "probe-kind-other-level: multiple-instance"],
    [withData("alpha: 0"), "probe-out-of-range: 0"],
    [withData("model: [x]"), "probe-wrong-kind: [x]"],
  ])("is told what is wrong with %j", (text, expected) => {
    expect(problemsIn(text).join("\n")).toContain(expected);
  });

  it("is told all that is wrong at once", () => {
    expect(problemsIn("data: { files: [] }\nseed: -1\nalpha: 3\nlevel: word")).toHaveLength(4);
  });

  it("says where its values stand", () => {
    const text = "data:\n  files:\n    - a.csv\n    - b.csv\nhooks:";
    const { places } = parseProbe(text);
    const at = (path: string) => text.slice(places.get(path)!.start, places.get(path)!.end);
    expect([at("data.files.1"), at("hooks")]).toEqual(["b.csv", "hooks"]);
  });

  it("of every example has nothing wrong with it", () => {
    const folder = join(import.meta.dirname, "../../../examples/probes");
    const names = readdirSync(folder).filter(isProbeName);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names)
      expect(parseProbe(readFileSync(join(folder, name), "utf8")).problems, name).toEqual([]);
  });

  it("means hook points of a model", () => {
    expect(hooksFor({ hooks: "resid_post" }, 2)).toEqual([
      "blocks.0.hook_resid_post",
      "blocks.1.hook_resid_post",
    ]);
    expect(hooksFor({ hooks: "all" }, 2)).toHaveLength(11);
    const hooks = ["blocks.1.hook_resid_pre", "blocks.0.hook_resid_post", "blocks.2.hook_mlp_out"];
    expect(hooksFor({ hooks }, 2)).toEqual(["blocks.0.hook_resid_post"]);
    expect(missingHooks({ hooks }, 2)).toEqual([2]);
  });
});
