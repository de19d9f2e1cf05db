import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import { readExamples } from "../../../server/src/probes/data/read.ts";
import {
  codes,
  examples,
  jsonl,
  place,
  prepare,
  read,
  refusal,
  short,
  specOf,
  write,
} from "./data-folder.ts";

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
    const work = readExamples(specOf("data: { files: a.jsonl }"), {
      folder: place.folder,
      cancellation,
      onProgress,
    });
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
    [
      "splits: { test-groups: [y], duplicates: refuse }",
      ["x", "y"].flatMap((group) => examples(30).map((it) => ({ ...it, group }))),
      "probe-duplicates",
    ],
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
