import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { Latent } from "../../../server/src/analysis/feature.ts";
import { type ScanRequest, scan } from "../../../server/src/scan/scan.ts";
import { StoredFeatures } from "../../../server/src/scan/stored-features.ts";
import { usualStore } from "../../../server/src/scan/stores.ts";
import { dump } from "../../../server/src/store/dump.ts";
import { StoreError } from "../../../server/src/store/problems.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { applicationId, migrations } from "../../../server/src/store/schema.ts";
import { FakeEngine } from "./fake-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-store-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "stories.txt");
writeFileSync(file, "abcdefghijklmnop, the rain fell on the roofs of the town.\n");
const store = join(folder, "features.sqlite");
const request: ScanRequest = {
  setup: { model: "fake", saes: ["fake"], device: "cpu" },
  corpus: [file],
  store,
  field: "text",
  context: null,
  maxTokens: null,
};
const run = (changed: Partial<ScanRequest> = {}, engine = new FakeEngine()) =>
  scan(engine, { ...request, ...changed }, () => {}, new CancellationTokenSource().token);

beforeAll(async () => {
  await run();
});

const problemOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("a store", () => {
  it("that is finished is left as it is", async () => {
    const before = dump(store);
    expect(await run()).toMatchObject({ state: "finished", added: { tokens: 0 } });
    expect(dump(store)).toEqual(before);
  });

  it("knows all parts of a latent", () => {
    const reader = StoreReader.open(store);
    const it = reader.feature(0, 0);
    reader.close();
    expect(it.labels).toEqual([]);
    expect(it.statistics).toMatchObject({ tokens: 31, outside: 1, corpus: "stories.txt" });
    const [top] = it.statistics!.top;
    expect(top.source).toBe("stories.txt");
    expect(top.tokens.join("")).toBe("abcdefghijklmnop, the rain fell ");
    expect(top.range).toEqual({ start: top.peak, end: top.peak + 1 });
    expect(top.activations[top.peak]).toBe(it.statistics!.maximum);
    expect(it.statistics!.tokensFired.length).toBeGreaterThan(3);
    expect(it.statistics!.firesWith.length).toBeGreaterThan(3);
    expect(it.weights).toMatchObject({ norm: 1, strength: 0.5, raises: [{ id: 65, text: "A", logit: 1 }] });
    expect(it.notes).toEqual([]);
  });

  it("finds latents by the words of labels first, then by what they fire on and its surroundings", () => {
    const reader = StoreReader.open(store);
    const found = reader.search("RAIN", 50);
    expect(found[0]).toMatchObject({ feature: 5, label: "rain", source: "ground truth", score: 0.9 });
    expect(found.length).toBeGreaterThan(3);
    expect(reader.search("begins", 50).map(({ feature }) => feature)).toEqual([3]);
    expect(reader.search('rain" OR label : *', 5)[0].feature).toBe(5);
    expect(reader.search("… ?", 5)).toEqual([]);
    reader.close();
  });

  it("says which latents there are", () => {
    const reader = StoreReader.open(store);
    expect(problemOf(() => reader.feature(0, 48))).toMatchObject({ code: "feature-unknown" });
    reader.close();
  });
});

describe("a store made for something else is refused, with the difference", () => {
  const longer = join(folder, "longer.txt");
  writeFileSync(longer, "longer");
  it.each([
    [
      "another model",
      { setup: { ...request.setup, model: "other" } },
      new FakeEngine(),
      /made for the model fake/,
    ],
    ["a changed model", {}, Object.assign(new FakeEngine(), { sha256: "cc" }), /have changed since/],
    ["another corpus", { corpus: [longer] }, undefined, /stories\.txt, where this one has longer\.txt/],
    ["more files", { corpus: [file, longer] }, undefined, /a corpus of 1 files, and this one has 2/],
    ["another field", { field: "body" }, undefined, /the field “text”/],
    ["other windows", { context: 16 }, undefined, /windows of 32 tokens, and these have 16/],
    ["fewer tokens", { maxTokens: 5 }, undefined, /all tokens, and this is at most 5/],
  ] as [
    string,
    Partial<ScanRequest>,
    FakeEngine | undefined,
    RegExp,
  ][])("%s", async (_, changed, engine, message) => {
    const sha = changed.setup ? Object.assign(new FakeEngine(), { sha256: "dd" }) : engine;
    await expect(run(changed, sha)).rejects.toThrow(message);
  });

  it("a file that grew", async () => {
    const grown = join(folder, "grown.txt");
    writeFileSync(grown, "short");
    const other = join(folder, "grown.sqlite");
    await run({ corpus: [grown], store: other });
    writeFileSync(grown, "much longer");
    await expect(run({ corpus: [grown], store: other })).rejects.toThrow(
      "grown.txt with 5 bytes, and it has 11 now",
    );
  });
});

describe("the file", () => {
  it("of an older schema is brought up to date, by a reader too", async () => {
    for (const open of [() => StoreReader.open(old), () => run({ store: old })]) {
      rmSync(old, { force: true });
      const db = new DatabaseSync(old);
      migrations[0](db);
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;`);
      db.prepare("INSERT INTO meta VALUES ('identity', ?)").run(identityOf(store));
      db.close();
      const opened = await open();
      if (opened instanceof StoreReader) {
        expect(opened.search("rain", 3)).toEqual([]);
        opened.close();
      } else expect(opened.state).toBe("finished");
    }
  });
  const old = join(folder, "old.sqlite");

  it("of a newer schema is refused", () => {
    const newer = join(folder, "newer.sqlite");
    const db = new DatabaseSync(newer);
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length + 1};`);
    db.close();
    expect(problemOf(() => StoreReader.open(newer))).toMatchObject({ code: "store-newer", path: newer });
  });

  it("of another program, or no database, is refused and left as it is", () => {
    const foreign = join(folder, "foreign.sqlite");
    const db = new DatabaseSync(foreign);
    db.exec("CREATE TABLE theirs (a)");
    db.close();
    expect(problemOf(() => StoreReader.open(foreign))).toMatchObject({ code: "store-foreign" });
    const text = join(folder, "text.sqlite");
    writeFileSync(text, "This is no database, but it is long enough to be looked at as one.");
    expect(problemOf(() => StoreReader.open(text))).toMatchObject({ code: "store-unreadable" });
    expect(readFileSync(text, "utf8")).toMatch(/^This is no database/);
    expect(problemOf(() => StoreReader.open(join(folder, "none.sqlite")))).toMatchObject({
      code: "store-missing",
    });
  });
});

describe("stores that nobody named are found", () => {
  const cache = join(folder, "cache");
  const sae = { id: "fake", path: join(folder, "sae"), hook: "blocks.0.hook_resid_post", width: 48 };
  const source = new StoredFeatures(async () => ({ cache, assets: folder }));
  const ask = (changed: object = {}, model = "fake") =>
    source.feature({ model: { id: model }, sae: { ...sae, ...changed }, feature: 0 } as unknown as Latent);

  it("among those that scans made, and beside the SAE, which comes first; never for another model or hook", async () => {
    expect(await ask()).toBeNull();
    await run({ store: usualStore("fake", ["fake"], { cache, assets: folder }) });
    expect((await ask())?.statistics?.corpus).toBe("stories.txt");
    expect(await ask({ hook: "blocks.1.hook_resid_post" })).toBeNull();
    expect(await ask({ width: 49 })).toBeNull();
    expect(await ask({}, "another")).toBeNull();
    await run({ store: join(sae.path, "features.sqlite"), maxTokens: 7 });
    expect((await ask())?.statistics?.corpus).toBe("stories.txt, the first 7 tokens");
  });

  it("a file that is no store is passed over", async () => {
    writeFileSync(join(sae.path, "features.sqlite"), "no store");
    expect((await ask())?.statistics?.corpus).toBe("stories.txt");
  });
});

function identityOf(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare("SELECT value FROM meta WHERE key = 'identity'").get();
  db.close();
  return String(row!.value);
}

it("two scans that write one store stop before they spoil it", async () => {
  const shared = join(folder, "shared.sqlite");
  const big = join(folder, "big.jsonl");
  const lines = Array.from({ length: 12 }, (_, i) => JSON.stringify({ text: `${i}`.padEnd(30_000, "x") }));
  writeFileSync(big, lines.join("\n"));
  const both = await Promise.allSettled([
    run({ corpus: [big], store: shared }, new FakeEngine(5)),
    run({ corpus: [big], store: shared }, new FakeEngine(5)),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const failed = both.find((it) => it.status === "rejected");
  expect(failed?.reason).toMatchObject({ problem: { code: "store-busy" } });
  const alone = join(folder, "alone.sqlite");
  await run({ corpus: [big], store: alone });
  expect(dump(shared)).toEqual(dump(alone));
});
