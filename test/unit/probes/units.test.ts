import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tensorBytes } from "../../../server/src/files/tensor-bytes.ts";
import { randomOf } from "../../../server/src/learn/random.ts";
import type { ActivationRows } from "../../../server/src/probes/activations/rows.ts";
import { divided } from "../../../server/src/probes/data/divide.ts";
import type { PreparedData } from "../../../server/src/probes/data/prepare.ts";
import {
  type ExampleSet,
  textExamples,
  tokenExamples,
} from "../../../server/src/probes/train/example-sets.ts";
import { control } from "../../../server/src/probes/work/controls.ts";
import { final } from "../../../server/src/probes/work/final.ts";
import { keptApart } from "../../../server/src/probes/work/training-set.ts";
import { examples, jsonl, place, prepare, write } from "./data-folder.ts";

const inBoth = ([a, b]: Set<unknown>[]) => [...a].filter((it) => b.has(it));
const both = (data: PreparedData, of: "record" | "group") =>
  inBoth([data.train, data.test].map((side) => new Set([...side].map((i) => data.examples[i][of]))));

/** Rows as if they had been read: of each text so many. */
function rowsFile(name: string, counts: number[], width: number, values: Float32Array): ActivationRows {
  const path = join(place.folder, `${name}.safetensors`);
  writeFileSync(path, tensorBytes([{ name, shape: [values.length / width, width], data: values }], {}));
  return {
    ...{ name, width, files: [path], byToken: counts.some((it) => it !== 1) },
    file: new Int32Array(counts.length),
    from: Int32Array.from(counts, (_, i) => counts.slice(0, i).reduce((a, b) => a + b, 0)),
    count: Int32Array.from(counts),
  };
}

/** All that the model read of some texts: a row of noise for each that is not a copy of another. */
function textSet(data: PreparedData, width = 2) {
  const ones = data.examples.map(() => 1);
  const ids = rowsFile("last ids", ones, 1, new Float32Array(ones.length));
  const set = textExamples(data, Int32Array.from(data.examples.keys()), ids, 1);
  const known = new Map<string, number[]>();
  const random = randomOf(2);
  const rows = data.examples.map(({ text }) => {
    const row = known.get(text) ?? Array.from({ length: width }, () => random() - 0.5);
    known.set(text, row);
    return row;
  });
  return { ...set, rows: rowsFile("rows", ones, width, Float32Array.from(rows.flat())) };
}

describe("the sides of a split", () => {
  it("share neither a group nor a record, whose later stretches have read the earlier ones", async () => {
    const record = (_: unknown, i: number) => ({
      text: `One sentence. Another sentence. ${i}`,
      // What is said in two documents is one group.
      spans: [
        { start: 0, end: 13, value: i % 2 ? "past" : "present" },
        { start: 14, end: 31, value: i % 2 ? "past" : "present" },
      ],
      said: `said ${i >> 1}`,
    });
    write("a.jsonl", jsonl(Array.from({ length: 120 }, record)));
    const drawn = (await prepare("data: { files: a.jsonl, spans: {}, group: said }")).data!;
    expect(both(drawn, "group")).toEqual([]);
    expect(both(drawn, "record")).toEqual([]);
    expect(drawn.apart).toBeNull();
  });

  it.each([
    // Sentences of a document have one tense, and many occur in several documents: those are not told.
    ["tense", "probe-groups-met", "told"],
    // Few nouns occur in nearly all documents: documents that are told of are not learnt from.
    ["number", "probe-records-met", "learnt"],
  ])("share neither where records chain groups, at the cost of some examples (%s)", async (attribute, code, from) => {
    const { data, problems } = await prepare(
      `data: { tinytown: { attribute: ${attribute}, n: 600 } }\nlevel: span`,
    );
    expect(both(data!, "record")).toEqual([]);
    expect(both(data!, "group")).toEqual([]);
    expect(data!.apart!.from).toBe(from);
    expect(problems.map((it) => it.code)).toEqual([code]);
    const left = Number(/^\d+/.exec(problems[0].message)![0]);
    expect(data!.train.length + data!.test.length + left).toBe(600);
    expect(data!.test.length).toBeGreaterThan(50);
  });

  it("share records, and say so, where every record holds every group", async () => {
    const groups = Array.from({ length: 10 }, (_, g) => `town ${g}`);
    const crossed = Array.from({ length: 400 }, (_, i) => ({
      ...{ text: `text ${i}`, span: null, tokens: null, pair: null, split: null },
      ...{ label: i % 3 ? "a" : "b", group: groups[i % 10], record: `${i % 37}` },
      source: { path: "a", line: i, where: `a, line ${i}` },
    }));
    const splits = { test: 0.2, by: "group", testGroups: null, duplicates: "drop" } as const;
    const { split, problems, apart } = divided(
      crossed,
      crossed.map(({ label }) => Number(label === "a")),
      splits,
      1,
    );
    expect(apart).toBeNull();
    expect(problems.map(({ code }) => code)).toEqual(["probe-records-parted"]);
    expect(new Set(Array.from(split.test, (i) => crossed[i].group)).size).toBe(2);
  });

  it("share records, and say so, where groups that are named part them", async () => {
    const { data, problems } = await prepare(
      "data: { tinytown: { attribute: tense, n: 400 } }\nlevel: span\nsplits: { test-groups: ['t*'] }",
    );
    expect(both(data!, "record").length).toBeGreaterThan(5);
    expect(problems.map(({ code }) => code)).toEqual(["probe-records-parted"]);
  });

  it("share no copy of a text, however it is written", async () => {
    const twice = [
      ...examples(60),
      ...examples(60).map(({ text, label }) => ({ text: ` ${text.toUpperCase()}`, label })),
    ];
    write("a.jsonl", jsonl(twice));
    const { data, problems } = await prepare("data: { files: a.jsonl }");
    expect(problems).toEqual([]);
    expect(data!.train.length + data!.test.length).toBe(240);
  });
});

describe("folds", () => {
  const prepared = async (records: object[], rest = "") => {
    write("a.jsonl", jsonl(records));
    return (await prepare(`data: { files: a.jsonl${rest} }`)).data!;
  };
  /** Labels of a coin, for four copies of each text. */
  const coins = () => {
    const random = randomOf(7);
    return Array.from({ length: 60 }, (_, i) => ({
      text: `text ${i}`,
      label: random() < 0.5 ? "a" : "b",
    })).flatMap((it) => [it, it, it, it]);
  };
  const same = (data: PreparedData, { of }: ExampleSet, side: Int32Array) =>
    new Set([...side].map((i) => data.examples[of[i]].text));

  it("that choose the place hold no copy of what is learnt from", async () => {
    const data = await prepared(coins());
    const set = textSet(data);
    expect(set.validation.length).toBeGreaterThan(20);
    expect(inBoth([set.fit, set.validation].map((side) => same(data, set, side)))).toEqual([]);
  });

  it("that choose the penalty, and splits drawn anew, hold none either", async () => {
    const { of: _, places: __, passedOver: ___, ...set } = textSet(await prepared(coins()), 100);
    const wish = { kind: "logistic" as const, seed: 1 };
    // Copies in other folds would be told with certainty, which a strong penalty keeps back.
    const { told } = final({ set, wish });
    const sure = Array.from(told, (it) => Math.abs(it - 0.5)).reduce((a, b) => a + b, 0) / told.length;
    expect(sure).toBeLessThan(0.15);
    const { seeds } = control({ set, wish, control: "seeds", seeds: [1, 2, 3] });
    expect(seeds!.figure.value).toBeLessThan(0.7);
  });

  it("keep apart what units do not hold whole", () => {
    const [learnt, told] = [Int32Array.of(0, 1, 2), Int32Array.of(3, 4)];
    const marks = Int32Array.of(0, 1, 2, 2, 3);
    const sides = (from: "learnt" | "told") => {
      const { train, test } = keptApart({ apart: { marks, from } }, learnt, told);
      return [[...train], [...test]];
    };
    expect(sides("learnt")).toEqual([
      [0, 1],
      [3, 4],
    ]);
    expect(sides("told")).toEqual([[0, 1, 2], [4]]);
  });

  it("are fewer where there are few units, and none where there are three", async () => {
    const groups = (n: number) =>
      examples(60).map((it, i) => ({ ...it, group: `g${i % n}`, part: i % n === 0 ? "test" : "train" }));
    const few = textSet(await prepared(groups(7), ", group: group, split: part"));
    expect(few.validation.length / (few.fit.length + few.validation.length)).toBeCloseTo(1 / 3, 1);
    const none = textSet(await prepared(groups(4), ", group: group, split: part"));
    expect(none.validation).toHaveLength(0);
  });

  it("and groups take examples without a group each by itself", async () => {
    const records = examples(60).map((it, i) => ({ ...it, ...(i % 3 === 0 && { group: `g${i % 2}` }) }));
    const data = await prepared(records, ", group: group");
    const { groups, units } = textSet(data);
    expect(new Set(groups).size).toBe(82);
    expect(new Set(units).size).toBe(82);
  });
});

describe("tokens", () => {
  it("have the groups of their texts, and those dropped as copies are on neither side", async () => {
    const record = (i: number) => ({
      text: `The cat ${i % 40}`,
      spans: [{ start: 4, end: 7, value: "animal" }],
      group: `g${i % 5}`,
      part: i % 5 === 0 ? "test" : "train",
    });
    // The last ones are test texts that are trained on too.
    const copies = Array.from({ length: 3 }, (_, i) => ({ ...record(i + 1), part: "test" }));
    write("a.jsonl", jsonl([...Array.from({ length: 40 }, (_, i) => record(i)), ...copies]));
    const data = (
      await prepare("data: { files: a.jsonl, spans: {}, group: group, split: part }\nlevel: token")
    ).data!;
    const tokens = data.examples.flatMap(() => [0, 3, 1, 4, 7, 2, 8, 9, 3]);
    const rows = rowsFile(
      "all places",
      data.examples.map(() => 3),
      3,
      Float32Array.from(tokens),
    );
    const set = tokenExamples(data, Int32Array.from(data.examples.keys()), rows, 1);
    expect(set.of.some((i) => i >= 40)).toBe(false);
    expect(set.fit.length + set.validation.length + set.test.length).toBe(120);
    expect(Array.from(set.groups!, (g) => data.groupNames[g])).toEqual(
      Array.from(set.of, (i) => data.examples[i].group),
    );
  });

  it("of more than are of use keep the shares of their classes, on both sides", async () => {
    const [texts, long] = [500, 100];
    const word = { start: 0, end: 5, value: "word" };
    const records = Array.from({ length: texts }, (_, i) => ({
      text: `${i}`.padStart(long, "."),
      spans: [word],
      part: i % 2 ? "train" : "test",
    }));
    write("a.jsonl", jsonl(records));
    const data = (await prepare("data: { files: a.jsonl, spans: {}, split: part }\nlevel: token")).data!;
    const tokens = Array.from({ length: texts * long }, (_, i) => [i % long, (i % long) + 1, 7]).flat();
    const rows = rowsFile(
      "all places",
      records.map(() => long),
      3,
      Float32Array.from(tokens),
    );
    const set = tokenExamples(data, Int32Array.from(data.examples.keys()), rows, 1);
    const { target } = set;
    if (target.type === "number") throw new Error();
    for (const side of [Int32Array.from([...set.fit, ...set.validation]), set.test]) {
      expect(side).toHaveLength(20_000);
      const share = side.filter((i) => target.names[target.labels[i]] === "word").length / 20_000;
      expect(share).toBeCloseTo(0.05, 2);
    }
    expect(set.passedOver).toBe(10_000);
  });
});
