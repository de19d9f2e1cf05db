import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { exportStore } from "../../../server/src/scan/exchange/export.ts";
import { importInto } from "../../../server/src/scan/exchange/import.ts";
import { longestLine, readLines } from "../../../server/src/scan/exchange/lines.ts";
import { dump } from "../../../server/src/store/dump.ts";
import { activation, ExchangeEngine, explanation, feature, jsonl, writeGzip } from "./exchange-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const setup = { model: "fake", saes: ["fake"] as [string], device: "cpu" as const };
const into = (store: string, from: string[]) => importInto(new ExchangeEngine(), { setup, from, store });

async function refused(from: string[]) {
  const store = join(folder, "refused.sqlite");
  const error = await into(store, from).then(
    () => null,
    (it) => it,
  );
  expect(readdirSync(folder).filter((name) => name.startsWith("refused"))).toEqual([]);
  return error?.problem;
}

describe("files that are broken", () => {
  it("gzip that ends too early, or is none, is named", async () => {
    const whole = gzipSync(jsonl(Array.from({ length: 2000 }, (_, i) => explanation(i % 48, `label ${i}`))));
    const cut = join(folder, "cut.jsonl.gz");
    writeFileSync(cut, whole.subarray(0, whole.length - 100));
    const none = join(folder, "none.jsonl.gz");
    writeFileSync(none, "no gzip at all");
    for (const path of [cut, none])
      expect(await refused([path])).toMatchObject({
        code: "import-file-invalid",
        path,
        message: expect.stringContaining("is broken or ends too early"),
      });
  });

  it("what is not there, or holds nothing, is named", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect((await refused([join(folder, "gone")])).message).toMatch(/gone does not exist/);
    expect((await refused([empty])).message).toMatch(/holds no .jsonl/);
    writeFileSync(join(empty, "a.jsonl"), "\n\n");
    expect((await refused([empty])).message).toMatch(/holds no line/);
  });

  it("a line of more than 100 MB is not read to its end", async () => {
    const path = join(folder, "long.jsonl.gz");
    const line = Buffer.alloc(longestLine + 2 ** 20, "x");
    writeFileSync(path, gzipSync(Buffer.concat([Buffer.from("\n"), line]), { level: 1 }));
    const problem = await refused([path]);
    expect(problem).toMatchObject({ code: "import-record-invalid", path });
    expect(problem.message).toMatch(/:2: it is longer than 104857600 bytes/);
  }, 30_000);

  it("lines are whole across blocks, with any ending", async () => {
    const path = join(folder, "lines.jsonl");
    const values = Array.from({ length: 3 }, (_, i) => ({ i, text: `${"€".repeat(200_000)}${i}` }));
    writeFileSync(path, `\uFEFF${values.map((it) => JSON.stringify(it)).join("\r\n\r\n")}`);
    const read = [];
    for await (const line of readLines(path)) read.push(line);
    expect(read).toEqual(values.map((value, i) => ({ number: 1 + 2 * i, value })));
  });
});

describe("records of wrong types are named by file and line", () => {
  const fine = explanation(1, "fine");
  it.each([
    ["no JSON", "{", "it is not JSON"],
    ["a list", "[]", "it is no JSON object"],
    ["of no kind", { modelId: "fake-small", layer: "0-res-demo", index: 1 }, "it is neither a feature"],
    ["index below 0", explanation(1, "x", { index: -1 }), "“index” is no whole number"],
    ["index with a fraction", explanation(1, "x", { index: 1.5 }), "“index” is no whole number"],
    ["index beyond counting", explanation(1, "x", { index: "99999999999999" }), "“index” is no whole number"],
    ["index as words", explanation(1, "x", { index: "0x10" }), "“index” is no whole number"],
    ["a label that is none", explanation(1, "x", { description: 5 }), "“description” is no text"],
    ["no model", explanation(1, "x", { modelId: undefined }), "“modelId” is no text"],
    ["another source", explanation(1, "x", { layer: "1-res-demo" }), "it is of fake-small/1-res-demo, and"],
    ["tokens that are none", activation("cat", 1, { tokens: "cat" }), "“tokens” is no list of texts"],
    [
      "values that are none",
      activation("cat", 1, { values: [1, null, 2, 3] }),
      "“values” is no list of numbers",
    ],
    ["too few values", activation("cat", 1, { values: [1] }), "“tokens” has 4 entries, and “values” has 1"],
    ["no tokens", activation("cat", 1, { tokens: [], values: [] }), "“tokens” is empty"],
    ["a peak outside", activation("cat", 1, { maxValueTokenIndex: 4 }), "“maxValueTokenIndex” is behind"],
    ["more than always", feature(1, { frac_nonzero: 1.5 }), "“frac_nonzero” is no share"],
    ["a neighbour that is none", feature(1, { topkCosSimIndices: [0.5] }), "“topkCosSimIndices” is no list"],
    ["unequal lists", feature(1, { pos_values: [] }), "“pos_str” has 1 entries, and “pos_values” has 0"],
    ["a field of ours that is none", feature(1, { steerscope: 5 }), "“steerscope” is no record"],
  ] as [string, object | string, string][])("%s", async (_, record, message) => {
    const path = join(folder, "types.jsonl");
    writeFileSync(path, `${jsonl([fine])}${typeof record === "string" ? record : JSON.stringify(record)}\n`);
    const problem = await refused([path]);
    expect(problem).toMatchObject({ code: "import-record-invalid", path });
    expect(problem.message).toContain(`types.jsonl:2: ${message}`);
    expect(problem.remedy).not.toBe("");
  });
});

describe("an import that fails late", () => {
  it("leaves a store as it was", async () => {
    const store = join(folder, "kept.sqlite");
    await into(store, [writeGzip(join(folder, "good.jsonl.gz"), [explanation(1, "one")])]);
    const before = dump(store);
    const engine = new ExchangeEngine();
    engine.featureWeights = async () => {
      throw new Error("the engine fell");
    };
    const from = [
      writeGzip(join(folder, "explanations.jsonl.gz"), [explanation(2, "two")]),
      // Nothing of it is compared, so that the engine is asked only while it is written.
      writeGzip(join(folder, "features.jsonl.gz"), [
        feature(1, { topkCosSimIndices: [], topkCosSimValues: [], pos_str: [], pos_values: [] }),
      ]),
    ];
    await expect(importInto(engine, { setup, from, store })).rejects.toThrow("the engine fell");
    expect(dump(store)).toEqual(before);
    const fresh = join(folder, "fresh.sqlite");
    await expect(importInto(engine, { setup, from, store: fresh })).rejects.toThrow("the engine fell");
    expect(readdirSync(folder).filter((name) => name.startsWith("fresh"))).toEqual([]);
  });
});

describe("names that lead elsewhere", () => {
  it("in an import are texts and nothing more", async () => {
    const store = join(folder, "names.sqlite");
    const elsewhere = { modelId: "../../../etc", layer: "../../passwd" };
    const path = writeGzip(join(folder, "names.jsonl.gz"), [
      explanation(1, "<script>alert(1)</script>", { ...elsewhere, explanationModelName: "__proto__" }),
    ]);
    const before = new Set(readdirSync(folder));
    expect((await into(store, [path])).from).toBe("../../../etc/../../passwd");
    expect(readdirSync(folder).filter((name) => !before.has(name))).toEqual(["names.sqlite"]);
  });

  it("in a store or an option make no folder outside the one that was named", async () => {
    const store = join(folder, "leading.sqlite");
    await into(store, [writeGzip(join(folder, "leading.jsonl.gz"), [explanation(1, "one")])]);
    const db = new DatabaseSync(store);
    db.exec(
      `UPDATE meta SET value = replace(value, '"id":"fake"', '"id":"../../.."') WHERE key = 'identity'`,
    );
    db.exec(`UPDATE sae SET info = replace(info, '"id":"fake"', '"id":"../../x"')`);
    db.close();
    const to = join(folder, "to");
    const { folders } = await exportStore({ store, to, format: "neuronpedia", source: null });
    expect(folders).toEqual([join(to, "v1", "unnamed", "0-res-x")]);
    for (const source of ["../up", "..", ".hidden", "a/b", "a\\b", ""])
      await expect(exportStore({ store, to, format: "neuronpedia", source })).rejects.toMatchObject({
        problem: { code: "source-invalid" },
      });
    expect(existsSync(join(folder, "up"))).toBe(false);
  });

  it("links inside a folder are not followed", async () => {
    const linked = join(folder, "linked");
    mkdirSync(linked);
    writeFileSync(join(linked, "explanations.jsonl"), jsonl([explanation(1, "one")]));
    writeFileSync(join(folder, "bad.jsonl"), "{");
    symlinkSync(join(folder, "bad.jsonl"), join(linked, "features.jsonl"));
    symlinkSync(folder, join(linked, "loop"));
    expect(await into(join(folder, "linked.sqlite"), [linked])).toMatchObject({ explanations: 1 });
  });
});
