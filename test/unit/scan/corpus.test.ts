import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ProblemError } from "../../../server/src/host/problem-error.ts";
import { corpusFiles } from "../../../server/src/scan/corpus/files.ts";
import { type CorpusDocument, type Shard, shardsOf } from "../../../server/src/scan/corpus/read.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-corpus-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function shards(paths: string[], field = "text"): Promise<Shard[]> {
  const found: Shard[] = [];
  for await (const shard of shardsOf(corpusFiles(paths), field)) found.push(shard);
  return found;
}

const documents = async (paths: string[], field?: string): Promise<CorpusDocument[]> =>
  (await shards(paths, field)).flatMap((shard) => shard.documents);

/** Source and text of each document. */
const texts = async (paths: string[], field?: string) =>
  (await documents(paths, field)).map(({ source, messages }) => [
    source,
    messages.map(({ text }) => text).join("|"),
  ]);

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error.problem;
  throw error ?? new Error("nothing was thrown");
}

describe("what a corpus is read from", () => {
  it("JSONL: a record a line, empty lines passed over, a byte order mark too", async () => {
    const path = write(
      "a.jsonl",
      '\uFEFF{"text":"One."}\n\n{"text":"Two\\nlines."}\r\n{"text":"","id":3}\n{"text":"Last."}',
    );
    expect(await texts([path])).toEqual([
      ["a.jsonl:1", "One."],
      ["a.jsonl:3", "Two\nlines."],
      ["a.jsonl:5", "Last."],
    ]);
  });

  it("another field of the records", async () => {
    const path = write("b.jsonl", '{"text":"no","body":"yes"}');
    expect(await texts([path], "body")).toEqual([["b.jsonl:1", "yes"]]);
  });

  it("CSV with quoted line breaks, and TSV", async () => {
    const csv = write("c.csv", 'id,text\n1,"He said ""no"",\nand left."\n2,Plain.\n');
    const tsv = write("c.tsv", "text\tid\nOne, two.\t1\n");
    expect(await texts([csv, tsv])).toEqual([
      ["c.csv:1", 'He said "no",\nand left.'],
      ["c.csv:2", "Plain."],
      ["c.tsv:1", "One, two."],
    ]);
  });

  it.each(["snappy", "zstd", "gzip"])("Parquet, %s", async (codec) => {
    const path = join(folder, `${codec}.parquet`);
    cpSync(join(import.meta.dirname, "fixtures", `${codec}.parquet`), path);
    expect(await texts([path])).toEqual([
      [`${codec}.parquet:1`, "One café."],
      [`${codec}.parquet:2`, "Two\nlines."],
      [`${codec}.parquet:3`, "𝔘nicode and the rest."],
    ]);
  });

  it("prompt files, with their roles and places", async () => {
    const path = write(
      "p.prompt",
      '---\nmodel: x\n---\n{{role "system"}}\nBe brief.\n{{role "user"}}\nHello.\n',
    );
    const [{ messages, prompt }] = await documents([path]);
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(prompt?.messages.length).toBe(2);
  });

  it("folders: everything of these kinds, in the order of their paths, under names without the machine's folders", async () => {
    write("mixed/z.txt", "Last.");
    write("mixed/a/b.md", "First.");
    write("mixed/a.jsonl", '{"text":"Second."}');
    write("mixed/picture.png", "no text");
    write("mixed/.hidden/c.txt", "hidden");
    expect(await texts([join(folder, "mixed")])).toEqual([
      ["mixed/a.jsonl:1", "Second."],
      ["mixed/a/b.md", "First."],
      ["mixed/z.txt", "Last."],
    ]);
  });
});

describe("what is wrong is named with its place", () => {
  it.each([
    ["bad.jsonl", '{"text":"a"}\n{"text":\n', /bad\.jsonl, line 2: it is not JSON/],
    ["list.jsonl", '["a"]', /list\.jsonl, line 1: it is no JSON object/],
    ["field.jsonl", '{"text":"a"}\n{"body":"b"}', /field\.jsonl, line 2: there is no field “text”/],
    ["number.jsonl", '{"text":7}', /number\.jsonl, line 1: the field “text” is no text/],
    ["columns.csv", "id,body\n1,a\n", /columns\.csv, line 2: there is no field “text”/],
    ["short.csv", "id,text\n1,a\n2\n", /short\.csv, line 3: /],
    ["quote.csv", 'id,text\n1,"a\n', /quote\.csv, line \d: Quote Not Closed/],
    ["broken.parquet", "PAR1 and no more", /broken\.parquet, as Parquet: /],
  ])("%s", async (name, text, message) => {
    const problem = await problemOf(documents([write(name, text)]));
    expect(problem.code).toBe("corpus-record-invalid");
    expect(problem.message).toMatch(message);
    expect(problem.path).toBe(join(folder, name));
    expect(problem.remedy).not.toBe("");
  });

  it("the fields that there are stand in the remedy", async () => {
    const problem = await problemOf(documents([write("names.jsonl", '{"body":"b","id":1}')]));
    expect(problem.remedy).toContain("body, id");
    const parquet = join(import.meta.dirname, "fixtures/snappy.parquet");
    expect((await problemOf(documents([parquet], "body"))).remedy).toContain("id, text");
  });

  it("what does not exist, is of no kind, or holds nothing", () => {
    expect(() => corpusFiles([join(folder, "none")])).toThrow(/There is no file or folder/);
    expect(() => corpusFiles([write("picture.png", "")])).toThrow(/not of a kind/);
    mkdirSync(join(folder, "empty"));
    expect(() => corpusFiles([join(folder, "empty")])).toThrow(/nothing to scan/);
  });
});

describe("long texts", () => {
  it("are cut into pieces that together are the text, each at its place, no character split", async () => {
    const words = fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { maxLength: 3000 });
    await fc.assert(
      fc.asyncProperty(words, fc.constantFrom("", " ", "\n"), async (parts, joint) => {
        const text = parts.join(joint).repeat(3);
        const found = await documents([write("long.txt", text)]);
        // Stretches of nothing but white space are left out.
        let rest = text.replace(/^\uFEFF/, "");
        for (const { offset, messages } of found.toReversed()) {
          const [{ text: piece }] = messages;
          expect(rest.slice(offset, offset + piece.length)).toBe(piece);
          expect(piece.isWellFormed() || !text.isWellFormed()).toBe(true);
          expect(rest.slice(offset + piece.length).trim()).toBe("");
          rest = rest.slice(0, offset);
        }
        expect(rest.trim()).toBe("");
      }),
      { numRuns: 20 },
    );
  });

  it("without white space are cut between characters", async () => {
    const found = await documents([write("letters.txt", `a${"𝔘".repeat(40_000)}`)]);
    expect(found.length).toBe(3);
    for (const { messages } of found) expect(messages[0].text.isWellFormed()).toBe(true);
    expect(found.map(({ messages }) => messages[0].text).join("")).toBe(`a${"𝔘".repeat(40_000)}`);
  });

  it("of megabytes are read in parts, each at its place", async () => {
    const text = Array.from({ length: 60_000 }, (_, line) => `Line ${line} of a löng text in a file.\n`).join(
      "",
    );
    const found = await documents([write("large.txt", text)]);
    for (const { offset, messages } of found)
      expect(text.startsWith(messages[0].text, offset), `at ${offset}`).toBe(true);
    expect(found.reduce((sum, { messages }) => sum + messages[0].text.length, 0)).toBe(text.length);
  });

  it("fill shards in order, and documents are numbered through", async () => {
    const path = write(
      "many.jsonl",
      Array.from({ length: 30 }, () => JSON.stringify({ text: "x".repeat(9000) })).join("\n"),
    );
    const found = await shards([path]);
    expect(found.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(found.flatMap((shard) => shard.documents.map(({ number }) => number))).toEqual([
      ...Array(30).keys(),
    ]);
  });
});
