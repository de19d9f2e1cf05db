import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancelledError, ProblemError } from "../../../server/src/host/problem-error.ts";
import { lookAtData } from "../../../server/src/probes/data/look.ts";
import { prepareData } from "../../../server/src/probes/data/prepare.ts";
import { readExamples } from "../../../server/src/probes/data/read.ts";
import type { Example } from "../../../server/src/probes/data/types.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-probe-data-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}
const jsonl = (records: object[]) => records.map((it) => `${JSON.stringify(it)}\n`).join("");

function specOf(text: string) {
  const { spec, problems } = parseProbe(text);
  expect(problems).toEqual([]);
  return spec!;
}
const read = (text: string) => readExamples(specOf(text), { folder });
const prepare = (text: string) => prepareData(specOf(text), { folder });
const codes = async (text: string) => (await prepare(text)).problems.map(({ code }) => code);
const short = ({ text, span, label, group, source }: Example) => ({
  said: span ? text.slice(...span) : text,
  label,
  group,
  where: source.where,
});

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason) => reason,
  );
  if (!(error instanceof ProblemError)) throw error ?? new Error("It was not refused.");
  return `${error.problem.code}: ${error.problem.message} ${error.problem.remedy}`.replaceAll(folder, "");
}

/** A word and its label, n of each class, all texts different. */
const examples = (n: number, classes = ["bad", "good"]) =>
  classes.flatMap((label) => Array.from({ length: n }, (_, i) => ({ text: `${label} text ${i}`, label })));

describe("examples", () => {
  it("come from JSONL, CSV, TSV and Parquet alike", async () => {
    const records = [
      { body: "Fine, thanks.", mark: "good", topic: "a" },
      { body: "Not at all.", mark: "bad", topic: "b" },
    ];
    write("a.jsonl", jsonl(records));
    write("b.csv", 'topic,body,mark\na,"Fine, thanks.",good\nb,Not at all.,bad\n');
    write("c.tsv", "topic\tbody\tmark\na\tFine, thanks.\tgood\nb\tNot at all.\tbad\n");
    const column = (name: "body" | "mark" | "topic") => ({ name, data: records.map((it) => it[name]) });
    write(
      "d.parquet",
      new Uint8Array(parquetWriteBuffer({ columnData: [column("mark"), column("body"), column("topic")] })),
    );
    const all = await read("data: { files: [a.jsonl, '[b-d].*'], text: body, label: mark, group: topic }");
    const said = [
      ["Fine, thanks.", "good", "a"],
      ["Not at all.", "bad", "b"],
    ];
    expect(all.map(({ text, label, group }) => [text, label, group])).toEqual([
      ...said,
      ...said,
      ...said,
      ...said,
    ]);
    expect(all.map(({ source }) => source.where)).toEqual([
      ...["a.jsonl, line 1", "a.jsonl, line 2", "b.csv, line 2", "b.csv, line 3"],
      ...["c.tsv, line 2", "c.tsv, line 3", "d.parquet, row 1", "d.parquet, row 2"],
    ]);
  });

  it("are labelled by their folder", async () => {
    write("texts/happy/1.txt", "What a day!\n");
    write("texts/happy/more/2.md", "Hurray.");
    write("texts/sad/1.jsonl", jsonl([{ text: "Oh no." }, { text: "Alas.", label: "unread" }]));
    write("texts/readme.txt", "not an example");
    expect((await read("data: { folder: ./texts }")).map(short)).toMatchObject([
      { said: "What a day!\n", label: "happy" },
      { said: "Hurray.", label: "happy" },
      { said: "Oh no.", label: "sad", where: "texts/sad/1.jsonl, line 1" },
      { said: "Alas.", label: "sad" },
    ]);
  });

  it("are stretches by two columns, or by a list of spans", async () => {
    write("a.csv", "text,label,from,to\nThe cat sat.,animal,4,7\n");
    expect((await read("data: { files: a.csv, span: [from, to] }")).map(short)).toMatchObject([
      { said: "cat" },
    ]);
    const spans = [
      { start: 4, end: 7, attribute: "what", value: "animal" },
      { start: 8, end: 11, attribute: "tense", value: "past" },
      { start: 0, end: 3, attribute: "what", value: "article" },
    ];
    write("b.jsonl", jsonl([{ text: "The cat sat.", spans }]));
    expect((await read("data: { files: b.jsonl, spans: { attribute: what } }")).map(short)).toMatchObject([
      { said: "cat", label: "animal" },
      { said: "The", label: "article" },
    ]);
    const [tokens] = await read("data: { files: b.jsonl, spans: { attribute: what } }\nlevel: token");
    expect(tokens).toMatchObject({
      label: "none",
      tokens: [{ start: 4, end: 7, label: "animal" }, { start: 0 }],
    });
  });

  it("are marked stretches of prompts, whose marks no model sees", async () => {
    write(
      "a.prompt",
      '---\nmodel: x\n---\n{{role "system"}}\nBe kind.\n{{role "user"}}\nIs [[Anna]]{name}\na [[baker]]{what=job}? [[not]] {{this}}',
    );
    const all = await read("data: { files: '*.prompt' }\nlevel: span");
    expect(all.map(short)).toEqual([
      { said: "Anna", label: "name", group: null, where: "a.prompt, line 7" },
      { said: "baker", label: "job", group: null, where: "a.prompt, line 8" },
    ]);
    expect(all[0].text).toBe("Is Anna\na baker? [[not]] {{this}}");
    const jobs = await read("data: { files: a.prompt, spans: { attribute: what } }");
    expect(jobs.map(short)).toMatchObject([{ said: "baker" }]);
    const tokens = await read("data: { files: a.prompt }\nlevel: token");
    expect(tokens.map(({ text, tokens: its }) => [text, its!.map(({ label }) => label)])).toEqual([
      ["Be kind.", []],
      ["Is Anna\na baker? [[not]] {{this}}", ["name", "job"]],
    ]);
  });

  it("are numbers where the target is one, also in CSV", async () => {
    write("a.csv", "text,label\nlow,1\nhigh,2.5e1\n");
    expect(
      (await read("data: { files: a.csv }\ntarget: { type: number }")).map(({ label }) => label),
    ).toEqual([1, 25]);
  });

  it.each([
    ["a.jsonl", "data: { files: no.jsonl }", "no.jsonl", "corpus-not-found"],
    ["a.jsonl", "data: { files: '*.csv' }", "*.csv", "probe-data-not-found"],
    ["a.jsonl", "data: { folder: . }", "folder", "probe-data-not-found"],
    ['{"text": "x"\n', "data: { files: a.jsonl }", "a.jsonl, line 1", "corpus-record-invalid"],
    ['\n{"body": "x"}\n', "data: { files: a.jsonl }", "a.jsonl, line 2", "probe-text-missing"],
    ['{"body": "x"}\n', "data: { files: a.jsonl }", "there are: body", "probe-text-missing"],
    ['{"text": 3}\n', "data: { files: a.jsonl }", "is no text", "probe-text-missing"],
    [
      '{"text":"ab","label":1,"a":0,"b":3}\n',
      "data: { files: a.jsonl, span: [a, b] }",
      "from 0 to 3",
      "probe-span-outside",
    ],
    [
      '{"text":"ab","label":1,"a":1,"b":1}\n',
      "data: { files: a.jsonl, span: [a, b] }",
      "from 1 to 1",
      "probe-span-outside",
    ],
    [
      '{"text":"ab","label":1}\n',
      "data: { files: a.jsonl, spans: {} }",
      "“spans” is no list",
      "probe-span-invalid",
    ],
    [
      '{"text":"ab","label":1,"s":"dev"}\n',
      "data: { files: a.jsonl, split: s }",
      "“dev”",
      "probe-split-unknown",
    ],
    ["PAR1", "data: { files: a.parquet }", "a.parquet", "corpus-record-invalid"],
  ])("that cannot be read are told with file and line: %j, %s", async (content, text, part, code) => {
    write(text.includes("parquet") ? "a.parquet" : "a.jsonl", content);
    const said = await refusal(read(text));
    expect(said).toContain(part);
    expect(said.split(":")[0]).toBe(code);
  });

  it("stop being read when nobody waits for them any more", async () => {
    write("a.jsonl", jsonl(examples(10)));
    const cancellation = { isCancellationRequested: false };
    const onProgress = () => {
      cancellation.isCancellationRequested = true;
    };
    const work = readExamples(specOf("data: { files: a.jsonl }"), { folder, cancellation, onProgress });
    await expect(work).rejects.toBeInstanceOf(CancelledError);
  });
});

describe("data that nothing can be learnt from", () => {
  it.each([
    ["", [], "probe-data-empty"],
    ["", examples(20, ["good"]), "probe-one-class"],
    ["", examples(3), "probe-too-few"],
    ["", [...examples(500, ["bad"]), ...examples(4, ["good"])], "probe-too-few"],
    ["", [...examples(20), { text: "x" }, { text: "y", label: "" }], "probe-label-missing"],
    ["", examples(20).map((it) => ({ ...it, text: "x" })), "probe-examples-equal"],
    ["", [...examples(20), { text: " ", label: "good" }], "probe-text-empty"],
    ["", Array.from({ length: 300 }, (_, i) => ({ text: `t${i}`, label: i })), "probe-too-many-classes"],
    [
      "target: { type: number }",
      [
        { text: "a", label: 1 },
        { text: "b", label: "NaN" },
      ],
      "probe-number-invalid",
    ],
    [
      "target: { type: number }",
      [
        { text: "a", label: 1 },
        { text: "b", label: "much" },
      ],
      "probe-number-invalid",
    ],
    ["target: { type: number }", [{ text: "a" }, { text: "b", label: 2 }], "probe-number-invalid"],
    ["target: { type: number }", examples(20).map((it) => ({ ...it, label: 3 })), "probe-one-number"],
    ["target: { type: number }", [1, 2, 3].map((label) => ({ text: `t${label}`, label })), "probe-too-few"],
    [
      "splits: { test-groups: [x] }",
      examples(20).map((it) => ({ ...it, group: "y" })),
      "probe-group-unknown",
    ],
    ["splits: { test-groups: ['y*'] }", examples(20).map((it) => ({ ...it, group: "y1" })), "probe-too-few"],
    ["splits: { duplicates: refuse }", [...examples(30), ...examples(30)], "probe-duplicates"],
  ])("%s is refused, never trained on (%#: %s)", async (rest, records, code) => {
    write("a.jsonl", jsonl(records));
    const { data, problems } = await prepare(`data: { files: a.jsonl, group: group }\n${rest}`);
    expect(data).toBeNull();
    expect(problems.find(({ severity }) => severity === "error")?.code).toBe(code);
  });

  it("names the lines at fault", async () => {
    write("a.jsonl", jsonl([...examples(5), { text: "x" }, { text: "y", label: null }]));
    const { problems } = await prepare("data: { files: a.jsonl }");
    expect(problems[0].message).toBe("2 of 12 examples have no label: a.jsonl, line 11; a.jsonl, line 12.");
  });

  it("warns of classes from 1 : 20 on", async () => {
    write("a.jsonl", jsonl([...examples(1000, ["bad"]), ...examples(50, ["good"])]));
    write("b.jsonl", jsonl([...examples(990, ["bad"]), ...examples(50, ["good"])]));
    const { data, problems } = await prepare("data: { files: a.jsonl }");
    expect(data).not.toBeNull();
    expect(problems).toMatchObject([
      {
        code: "probe-unbalanced",
        severity: "warning",
        message: "The classes are unbalanced: 50 examples of “good”, 1000 of “bad”.",
      },
    ]);
    expect(await codes("data: { files: b.jsonl }")).toEqual([]);
  });

  it("tells of one text under two labels", async () => {
    write("a.jsonl", jsonl([...examples(30), { text: "Good  TEXT 0", label: "bad" }]));
    const { data, problems } = await prepare("data: { files: a.jsonl }\nsplits: { duplicates: report }");
    expect(data).not.toBeNull();
    const told = problems.find(({ code }) => code === "probe-label-contradicts")!;
    expect(told.message).toContain("a.jsonl, line 31 (good) and a.jsonl, line 61 (bad)");
  });
});

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
  const look = (text: string) => lookAtData(specOf(text), folder);

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
