import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CompletionItem, CompletionList, Diagnostic } from "vscode-languageserver/node";
import { Lines } from "../../server/src/analysis/lines.ts";
import { User, type UserOptions } from "./user.ts";

const patient = { timeout: 20_000 };
let folder: string;
let user: User;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-probes-"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data/reviews.csv"), "review,mood,town\nGood.,glad,Ulm\n");
});
afterEach(async () => {
  await user.leave();
  rmSync(folder, { recursive: true });
});

const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
const enter = async (options: UserOptions = {}) => {
  user = await User.inBand({ settings: { saes: ["toy"] }, folder, ...options });
};

/** What is offered where a “|” stands, and the text with one of it taken. */
async function completed(
  marked: string,
): Promise<{ items: CompletionItem[]; labels: string[]; taking(label: string): string }> {
  const at = marked.indexOf("|");
  const text = marked.slice(0, at) + marked.slice(at + 1);
  const lines = new Lines(text);
  const uri = await user.open(uriOf("a.probe.yaml"), text);
  const position = lines.position(at);
  const list = await user.ask<CompletionList | null>("textDocument/completion", {
    textDocument: { uri },
    position,
  });
  await user.close(uri);
  const items: CompletionItem[] = list?.items ?? [];
  return {
    items,
    labels: items.map(({ label }) => label),
    taking(label) {
      const { textEdit } = items.find((it) => it.label === label)!;
      const { range, newText } = textEdit as { range: Diagnostic["range"]; newText: string };
      return text.slice(0, lines.offset(range.start)) + newText + text.slice(lines.offset(range.end));
    },
  };
}

/** What is wrong, once the set-up and the data have been looked into: a client asks again when it is told to. */
async function problems(uri: string): Promise<Diagnostic[]> {
  await user.ask("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } });
  return user.diagnostics(uri);
}
const found = (diagnostics: Diagnostic[]) => diagnostics.map(({ code, range }) => [code, range.start.line]);

describe("what is wrong with a probe", () => {
  it("is told where it stands, and taken back when it is mended", async () => {
    await enter();
    const text =
      "probe: 1\ndata:\n  files: data/reviews.csv\n  text: reviw\n  label: mood\nkinds: [logistc]\n";
    const uri = await user.open(uriOf("a.probe.yaml"), text);
    const [kind, column] = await problems(uri);
    expect(kind).toMatchObject({
      code: "probe-value-unknown",
      source: "steerscope",
      severity: 1,
      range: { start: { line: 5, character: 8 }, end: { line: 5, character: 15 } },
      message: expect.stringContaining("Did you mean “logistic”?"),
    });
    expect(column).toMatchObject({
      code: "probe-column-missing",
      range: { start: { line: 3, character: 8 } },
    });
    expect(column.message).toContain("Did you mean “review”?");
    await user.edit(uri, "logistc", "logistic");
    expect(found(await problems(uri))).toEqual([["probe-column-missing", 3]]);
    await user.edit(uri, "reviw", "review");
    expect(await problems(uri)).toEqual([]);
  });

  it("is looked up in its model and its data", async () => {
    await enter();
    const uri = await user.open(
      uriOf("a.probe.yaml"),
      "data: { files: [data/no.csv] }\nhooks:\n  - blocks.0.hook_resid_post\n  - blocks.9.hook_resid_post\n",
    );
    expect(found(await problems(uri))).toEqual([
      ["corpus-not-found", 0],
      ["probe-hook-missing", 3],
    ]);
    await user.edit(uri, "hooks:", "model: ./missing\nhooks:");
    expect(found(await problems(uri))).toEqual([
      ["corpus-not-found", 0],
      ["model-not-found", 1],
    ]);
  });

  it("counts broken YAML once, and nothing that the schema would say again", async () => {
    await enter();
    const broken = await user.open(uriOf("a.probe.yaml"), "data: [1\nkinds: []\n");
    expect(new Set((await problems(broken)).map(({ code }) => code))).toEqual(new Set(["yaml-invalid"]));
    const wrong = await user.open(
      uriOf("b.probe.yaml"),
      "data: { files: data/reviews.csv, text: review, label: mood }\nkind: lda\nseed: -1\n",
    );
    expect(found(await problems(wrong))).toEqual([
      ["probe-key-unknown", 1],
      ["probe-out-of-range", 2],
    ]);
  });

  it("reads no file that an untrusted workspace names", async () => {
    await enter({ initializationOptions: { trusted: false } });
    const uri = await user.open(uriOf("a.probe.yaml"), "data: { files: [data/no.csv] }\n");
    expect(await problems(uri)).toEqual([]);
  });

  it("is published to a client that does not ask, and is never analysed as a prompt", async () => {
    await enter({ capabilities: { workspace: { configuration: true } } });
    const uri = await user.open(uriOf("a.probe.yaml"), "data: { folder: nowhere }\n");
    await expect.poll(() => user.published.at(-1)?.diagnostics.length, patient).toBe(1);
    expect(user.published.at(-1)).toMatchObject({ uri, diagnostics: [{ code: "corpus-not-found" }] });
    await expect(user.inspect(uri)).rejects.toThrow("not open");
    await user.close(uri);
    await expect.poll(() => user.published.at(-1)?.diagnostics, patient).toEqual([]);
  });
});

describe("writing a probe", () => {
  it("is offered its keys and their values", async () => {
    await enter();
    const labels = async (marked: string) => (await completed(marked)).labels;
    expect(await labels("|")).toEqual(expect.arrayContaining(["data", "target", "hooks", "controls"]));
    expect(await labels("data:\n  |")).toEqual(
      expect.arrayContaining(["files", "folder", "tinytown", "group"]),
    );
    expect(await labels("data: { folder: a }\nlevel: |")).toEqual(["text", "span", "token"]);
    expect(await labels("data: { folder: a }\npositions:\n  - |")).toEqual(
      expect.arrayContaining(["last", "mean"]),
    );
    expect(await labels("data: { folder: a }\ncontrols:\n  |")).toEqual(
      expect.arrayContaining(["shuffled", "n-gram"]),
    );
  });

  it("is offered the columns of its data", async () => {
    await enter();
    const { labels, taking } = await completed("data:\n  files: data/*.csv\n  label: m|\n");
    expect(labels).toEqual(["review", "mood", "town"]);
    expect(taking("mood")).toBe("data:\n  files: data/*.csv\n  label: mood\n");
    expect((await completed("data: { files: data/reviews.csv, group: | }")).labels).toContain("town");
    expect((await completed("data:\n  files: data/reviews.csv\n  span: [review, |]\n")).labels).toContain(
      "town",
    );
  });

  it("is offered the files and folders that its data can be, folder by folder", async () => {
    mkdirSync(join(folder, "data/more files"));
    mkdirSync(join(folder, ".hidden"));
    for (const name of ["notes.txt", "data/talk.jsonl", "data/picture.png", "data/more files/a.parquet"])
      writeFileSync(join(folder, name), "");
    symlinkSync(join(folder, "data/talk.jsonl"), join(folder, "linked.jsonl"));
    await enter({ initializationOptions: { commandLinks: true } });
    const labels = async (marked: string) => (await completed(marked)).labels;
    for (const marked of [
      "data:\n  files: |",
      "data: { files: [|",
      "data:\n  files:\n    - |",
      "data: { files: ./|",
    ])
      expect(await labels(marked), marked).toEqual(["linked.jsonl", "notes.txt", "data/"]);
    const inside = await completed("data: { files: [notes.txt, data/|");
    expect(inside.labels).toEqual(["reviews.csv", "talk.jsonl", "more files/"]);
    expect(inside.taking("talk.jsonl")).toBe("data: { files: [notes.txt, data/talk.jsonl");
    expect(inside.taking("more files/")).toBe("data: { files: [notes.txt, data/more files/");
    expect(inside.items.map(({ filterText, command }) => [filterText, command?.command])).toEqual([
      ["data/reviews.csv", undefined],
      ["data/talk.jsonl", undefined],
      ["data/more files/", "editor.action.triggerSuggest"],
    ]);
    expect((await completed("data: { files: data/more files/|")).taking("a.parquet")).toBe(
      'data: { files: "data/more files/a.parquet"',
    );
    expect(await labels("data:\n  files: data/T|")).toEqual(["talk.jsonl"]);
    expect(await labels(`data:\n  files: ${folder}/da|`)).toEqual(["data/"]);
    const folders = await completed("data:\n  folder: data/|");
    expect(folders.labels).toEqual(["more files"]);
    expect(folders.taking("more files")).toBe('data:\n  folder: "data/more files"');
    expect(await labels("data:\n  files: nowhere/|")).toEqual([]);
  });

  it("is offered no path where the workspace is not trusted", async () => {
    await enter({ initializationOptions: { trusted: false } });
    expect((await completed("data:\n  files: |")).labels).toEqual([]);
  });

  it("is offered kinds, attributes, SAEs and the hook points of its model", async () => {
    await enter();
    for (const marked of ["kinds: [lda, |]", "kinds:\n  - lda\n  - mass|", "kinds: m|"])
      expect((await completed(`data: { folder: data }\n${marked}\n`)).labels).toContain("mass-mean");
    const attribute = await completed("data:\n  tinytown:\n    attribute: tr|\n");
    expect(attribute.labels).toEqual(expect.arrayContaining(["truth", "mood", "carry", "fact about"]));
    expect(attribute.taking("fact about")).toContain('attribute: "fact about"');
    expect((await completed("data:\n  tinytown: { attribute: mood, kinds: [|] }\n")).labels).not.toContain(
      "lda",
    );
    for (const marked of ["hooks: [blocks.0.hook_resid_post, |]", "hooks:\n  - blo|", "hooks: |"]) {
      const { labels } = await completed(`data: { folder: data }\n${marked}\n`);
      expect(labels).toEqual(
        expect.arrayContaining(["all", "blocks.0.hook_resid_pre", "blocks.3.hook_mlp_out"]),
      );
    }
    expect((await completed("data: { folder: data }\nsaes: [|]\n")).labels).toEqual(["toy"]);
  });
});

describe("hovering over a probe", () => {
  it("tells what keys, kinds and attributes mean, and which columns there are", async () => {
    await enter();
    const text = "data:\n  files: data/reviews.csv\n  text: review\n  label: mood\nkinds: [lda]\nseed: 3\n";
    const uri = await user.open(uriOf("a.probe.yaml"), text);
    expect(await user.hoverOver(uri, "seed")).toContain("Decides every draw");
    expect(await user.hoverOver(uri, "lda")).toContain("linear discriminant analysis");
    expect(await user.hoverOver(uri, "data/reviews")).toContain("Columns: review, mood, town");
    const other = await user.open(uriOf("b.probe.yaml"), "data:\n  tinytown:\n    attribute: truth\n");
    expect(await user.hoverOver(other, "truth")).toContain("true or false");
  });
});
