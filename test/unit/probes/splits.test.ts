import { describe, expect, it } from "vitest";
import { lookAtData } from "../../../server/src/probes/data/look.ts";
import type { Example } from "../../../server/src/probes/data/types.ts";
import { examples, jsonl, place, prepare, specOf, write } from "./data-folder.ts";

const inBoth = ([a, b]: Set<unknown>[]) => [...a].filter((it) => b.has(it));

describe("the sides of a split", () => {
  const labelsOf = (all: Example[], side: Int32Array) => {
    const counts: Record<string, number> = {};
    for (const i of side) counts[all[i].label] = (counts[all[i].label] ?? 0) + 1;
    return counts;
  };

  it("have each class in its share, the same each time, and another for another seed", async () => {
    write("a.jsonl", jsonl([...examples(100, ["bad"]), ...examples(40, ["good"])]));
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => (await prepare(`data: { files: a.jsonl }\nseed: ${seed}`)).data!),
    );
    expect(labelsOf(one.examples, one.test)).toEqual({ bad: 20, good: 8 });
    expect([...one.train, ...one.test].sort((a, b) => a - b)).toEqual([...one.examples.keys()]);
    expect(again.test).toEqual(one.test);
    expect(other.test).not.toEqual(one.test);
    expect(one.target).toMatchObject({ type: "classes", names: ["bad", "good"] });
    expect([...(one.target!.type === "classes" ? one.target!.labels : [])].slice(98, 102)).toEqual([
      0, 0, 1, 1,
    ]);
  });

  it("share no group and no pair", async () => {
    const records = examples(100).map((it, i) => ({ ...it, group: `g${i % 17}`, pair: Math.floor(i / 4) }));
    write("a.jsonl", jsonl(records));
    const { data } = await prepare("data: { files: a.jsonl, group: group }");
    const sides = [data!.train, data!.test].map((side) => new Set([...side].map((i) => data!.groups![i])));
    expect(inBoth(sides)).toEqual([]);
    expect(data!.groupNames).toHaveLength(17);
    const paired = (await prepare("data: { files: a.jsonl, pair: pair }")).data!;
    const pairs = [paired.train, paired.test].map((side) => new Set([...side].map((i) => paired.pairs![i])));
    expect(inBoth(pairs)).toEqual([]);
    expect(paired.test.length).toBeGreaterThan(20);
    expect(paired.test.length).toBeLessThan(60);
  });

  it("are what a column or a list of groups says", async () => {
    const records = examples(20).map((it, i) => ({
      ...it,
      part: i % 3 ? "train" : "test",
      group: `town ${i % 5}`,
    }));
    write("a.jsonl", jsonl(records));
    const byColumn = (await prepare("data: { files: a.jsonl, split: part }")).data!;
    expect([...byColumn.test]).toEqual([...records.keys()].filter((i) => i % 3 === 0));
    const byGroup = (
      await prepare("data: { files: a.jsonl, group: group }\nsplits: { test-groups: ['*3', town 4] }")
    ).data!;
    expect([...byGroup.test]).toEqual([...records.keys()].filter((i) => i % 5 > 2));
  });

  it("drop from the test what is trained on, white space and case aside, and say so", async () => {
    const part = (records: object[], name: string) => records.map((it) => ({ ...it, part: name }));
    const again = examples(3).map(({ text, label }) => ({ text: ` ${text.toUpperCase()}\n`, label }));
    write(
      "a.jsonl",
      jsonl([
        ...part(examples(20), "train"),
        ...part(again, "test"),
        ...part(
          examples(9, ["bad", "good"]).map((it) => ({ ...it, text: `new ${it.text}` })),
          "test",
        ),
      ]),
    );
    const { data, problems } = await prepare("data: { files: a.jsonl, split: part }");
    expect(data!.test).toHaveLength(18);
    expect(problems).toMatchObject([{ code: "probe-duplicates", severity: "information" }]);
    expect(problems[0].message).toMatch(
      /^6 of 24 test examples are trained on too: a.jsonl, line 41 is a.jsonl, line 1;/,
    );
    const reported = await prepare("data: { files: a.jsonl, split: part }\nsplits: { duplicates: report }");
    expect(reported.data!.test).toHaveLength(24);
    expect(reported.problems).toMatchObject([{ severity: "warning" }]);
  });

  it("leave out labels that are not meant, and what is more than is wanted of a class", async () => {
    write("a.jsonl", jsonl(examples(50, ["bad", "good", "so-so"])));
    const two = await prepare(
      "data: { files: a.jsonl }\ntarget: { classes: [bad, good], examples: { max: 30 } }",
    );
    expect(two.data!.examples).toHaveLength(60);
    expect(two.problems).toMatchObject([{ code: "probe-left-out", severity: "information" }]);
    const one = (await prepare("data: { files: a.jsonl }\ntarget: { positive: good }")).data!;
    expect(one.classes!.names).toEqual(["not good", "good"]);
    expect(one.examples).toHaveLength(150);
    const order = (await prepare("data: { files: a.jsonl }\ntarget: { order: [bad, so-so, good] }")).data!;
    expect(order.target).toMatchObject({ type: "ordered", names: ["bad", "so-so", "good"] });
  });

  it("spread numbers evenly", async () => {
    write("a.jsonl", jsonl(Array.from({ length: 200 }, (_, i) => ({ text: `t${i}`, label: i }))));
    const { data } = await prepare("data: { files: a.jsonl }\ntarget: { type: number }");
    expect(data!.test).toHaveLength(40);
    expect([...data!.test].filter((i) => i < 100)).toHaveLength(20);
    expect(data!.target).toMatchObject({ type: "number" });
  });

  it("keep the stretches of a record together, and count tokens' classes by stretches", async () => {
    const record = (_: unknown, i: number) => ({
      text: `The cat saw the red house. ${i}`,
      spans: [
        { start: 4, end: 7, value: "animal" },
        { start: 16, end: 19, value: i % 2 ? "colour" : "paint" },
      ],
    });
    write("a.jsonl", jsonl(Array.from({ length: 40 }, record)));
    write("b.jsonl", jsonl(Array.from({ length: 60 }, record)));
    const spans = (await prepare("data: { files: b.jsonl, spans: {} }")).data!;
    const sides = [spans.train, spans.test].map(
      (side) => new Set([...side].map((i) => spans.examples[i].record)),
    );
    expect(inBoth(sides)).toEqual([]);
    expect(Math.abs(sides[1].size - 12)).toBeLessThan(2);
    const tokens = await prepare("data: { files: a.jsonl, spans: {} }\nlevel: token");
    expect(tokens.problems.map(({ code }) => code)).toEqual(["probe-too-few"]);
    expect(tokens.problems[0].message).toContain("“colour” has 4 in the test set");
    const { data } = await prepare("data: { files: b.jsonl, spans: {} }\nlevel: token");
    expect(data).toMatchObject({
      target: null,
      classes: { names: ["none", "animal", "colour", "paint"] },
    });
  });
});

describe("a first look at data", () => {
  const look = (text: string) => lookAtData(specOf(text), place.folder);

  it("finds columns, and those that are missing", async () => {
    write(
      "a.jsonl",
      jsonl([
        { body: "x", mark: "y" },
        { body: "x", mood: 1 },
      ]),
    );
    expect(await look("data: { files: a.jsonl, text: body, label: mark }")).toEqual({
      columns: ["body", "mark", "mood"],
      problems: [],
    });
    const { problems } = await look("data: { files: a.jsonl, text: bdy, group: topic }");
    expect(problems.map(({ at, remedy }) => [at, remedy])).toEqual([
      ["data.text", "Did you mean “body”?"],
      ["data.label", "Its columns are body, mark, mood."],
      ["data.group", "Its columns are body, mark, mood."],
    ]);
  });

  it("says where files are missing or broken", async () => {
    write("a.csv", 'a,b\n"x\n');
    expect((await look("data: { files: no.csv }")).problems).toMatchObject([
      { code: "corpus-not-found", at: "data.files" },
    ]);
    expect((await look("data: { files: a.csv }")).problems).toMatchObject([
      { code: "corpus-record-invalid" },
    ]);
    expect((await look("data: { folder: nowhere }")).problems).toMatchObject([{ at: "data.folder" }]);
  });
});
