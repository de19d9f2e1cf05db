import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { exportStore } from "../../../server/src/scan/exchange/export.ts";
import { importInto } from "../../../server/src/scan/exchange/import.ts";
import { hookDifference, sourceId } from "../../../server/src/scan/exchange/source-id.ts";
import { scan } from "../../../server/src/scan/scan.ts";
import { dump } from "../../../server/src/store/dump.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import {
  activation,
  ExchangeEngine,
  explanation,
  feature,
  jsonl,
  latentOf,
  writeGzip,
} from "./exchange-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-exchange-"));
afterAll(() => rmSync(folder, { recursive: true }));

const corpus = join(folder, "corpus.jsonl");
const texts = ["the rain fell on the roofs", "a town by the sea", "harbour, boats & nets"];
writeFileSync(corpus, jsonl(texts.map((text) => ({ text: text.padEnd(30_000, "· ") }))));
const scanned = join(folder, "scanned.sqlite");
const out = join(folder, "out");

const setup = { model: "fake", saes: ["fake"] as [string], device: "cpu" as const };
const scanInto = (store: string) =>
  scan(
    new ExchangeEngine(),
    { setup, corpus: [corpus], store, field: "text", context: null, maxTokens: null, scores: true },
    () => {},
    new CancellationTokenSource().token,
  );
const into = (store: string, from: string[], engine = new ExchangeEngine()) =>
  importInto(engine, { setup, from, store });

beforeAll(async () => {
  await scanInto(scanned);
  await exportStore({ store: scanned, to: out, format: "neuronpedia", source: null });
});

/** The source's folder of an export. */
const source = join(out, "v1", "fake", "0-res-fake");

describe("a store that is exported", () => {
  it("comes back with every field", async () => {
    const back = join(folder, "back.sqlite");
    const outcome = await into(back, [out]);
    expect(outcome).toMatchObject({ from: "fake/0-res-fake", features: 48, explanations: 2, notes: [] });
    expect(dump(back)).toEqual(dump(scanned));
    expect(dump(back).filter((line) => line.startsWith("firing")).length).toBeGreaterThan(40);
    expect(dump(back).filter((line) => line.startsWith("score ")).length).toBe(48);
    const reader = StoreReader.open(back);
    expect(reader.search("rain", 1)).toMatchObject([{ feature: 5, label: "rain" }]);
    reader.close();
  });

  it("says the same as Parquet, field for field", async () => {
    const to = join(folder, "parquet");
    const outcome = await exportStore({ store: scanned, to, format: "parquet", source: null });
    expect(outcome).toMatchObject({ features: 48, explanations: 2 });
    for (const kind of ["features", "activations", "explanations"]) {
      const lines = gunzipSync(readFileSync(join(source, kind, "batch-0.jsonl.gz")))
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const file = await asyncBufferFromFile(join(outcome.folders[0], `${kind}.parquet`));
      const rows = await parquetReadObjects({ file });
      // What a line does not have is null in a table.
      const said = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, it]) => it !== null)));
      const wanted = lines.map((line) =>
        Object.fromEntries(Object.entries(line).filter(([, it]) => it !== null)),
      );
      expect(said).toEqual(wanted);
      expect(rows.length).toBeGreaterThan(1);
    }
  });

  it("is in Neuronpedia's shape", () => {
    const lines = (kind: string) =>
      gunzipSync(readFileSync(join(source, kind, "batch-0.jsonl.gz")))
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const reader = StoreReader.open(scanned);
    const stored = reader.feature(0, 0);
    reader.close();
    const [first] = lines("features");
    expect(first).toMatchObject({
      modelId: "fake",
      layer: "0-res-fake",
      index: "0",
      hookName: "blocks.0.hook_resid_post",
      frac_nonzero: stored.statistics!.frequency,
      maxActApprox: stored.statistics!.maximum,
      pos_str: ["A"],
      pos_values: [1],
    });
    expect(first.freq_hist_data_bar_heights).toHaveLength(first.freq_hist_data_bar_values.length);
    const [strongest] = lines("activations");
    const [example] = stored.statistics!.top;
    expect(strongest).toMatchObject({
      index: "0",
      tokens: example.tokens,
      values: example.activations,
      maxValueTokenIndex: example.peak,
      maxValue: stored.statistics!.maximum,
      binContains: -1,
    });
    const bins = lines("activations").filter(({ index, binContains }) => index === "0" && binContains > 0);
    expect(new Set(bins.map(({ binMax }) => binMax)).size).toBe(stored.statistics!.bands.length);
    for (const { values, maxValueTokenIndex: peak, binMin, binMax } of bins) {
      expect(values[peak]).toBeGreaterThanOrEqual(binMin);
      expect(values[peak]).toBeLessThanOrEqual(binMax);
    }
    expect(lines("explanations").map(({ index, description }) => [index, description])).toEqual([
      ["3", "a word that begins with b"],
      ["5", "rain"],
    ]);
  });

  it("leaves no folder of the machine's in it, and goes nowhere that exists", async () => {
    await expect(
      exportStore({ store: scanned, to: out, format: "neuronpedia", source: null }),
    ).rejects.toMatchObject({
      problem: { code: "export-exists" },
    });
    expect(readdirSync(join(out, "v1", "fake"))).toEqual(["0-res-fake"]);
    const own = gunzipSync(readFileSync(join(source, "steerscope.jsonl.gz"))).toString();
    expect(own).not.toContain(folder);
    const named = join(folder, "named.sqlite");
    copyFileSync(scanned, named);
    const db = new DatabaseSync(named);
    db.prepare(
      'UPDATE meta SET value = replace(value, \'"id":"fake","sha\', ?) WHERE key = \'identity\'',
    ).run(`"id":${JSON.stringify(join(folder, "my-model"))},"sha`);
    db.close();
    const to = join(folder, "named");
    const { folders } = await exportStore({ store: named, to, format: "neuronpedia", source: null });
    expect(folders).toEqual([join(to, "v1", "my-model", "0-res-fake")]);
    const ours = gunzipSync(readFileSync(join(folders[0], "steerscope.jsonl.gz"))).toString();
    expect(ours).toContain('"my-model"');
    expect(ours).not.toContain(folder);
  });

  it("is refused where model or SAE have other content, and nothing is left", async () => {
    const store = join(folder, "other.sqlite");
    const changed = Object.assign(new ExchangeEngine(), { sha256: "cc" });
    await expect(into(store, [out], changed)).rejects.toMatchObject({
      problem: { code: "import-mismatch", message: expect.stringContaining("have changed since") },
    });
    expect(existsSync(store)).toBe(false);
  });
});

const hand = join(folder, "hand");
const a = latentOf("a");
const b = latentOf("b");
mkdirSync(join(hand, "explanations-a-model"), { recursive: true });
for (const kind of ["features", "activations"]) mkdirSync(join(hand, kind));
writeGzip(join(hand, "features", "batch-0.jsonl.gz"), [
  feature(a),
  feature(b, { index: b, frac_nonzero: 0 }),
]);
writeGzip(join(hand, "activations", "batch-0.jsonl.gz"), [
  activation("the cat ran", 5),
  activation("cabs", 2, { binMin: 50, binMax: 99, binContains: 0.3 }),
  activation("a <b> ‮rtl", 0),
]);
writeFileSync(
  join(hand, "explanations-a-model", "batch-0.jsonl"),
  jsonl([
    explanation(a, "the letter a"),
    explanation(a, "vowels", {
      scores: [{ value: 0.75, explanationScoreTypeName: "recall_alt" }, { value: 7 }],
    }),
  ]),
);
writeFileSync(
  join(hand, "source.jsonl"),
  jsonl([{ id: "0-res-demo", modelId: "fake-small", num_prompts: 100, num_tokens_in_prompt: 128 }]),
);

describe("files of others", () => {
  const store = join(folder, "hand.sqlite");

  it("become figures, examples, weights and labels that say where they are from", async () => {
    const outcome = await into(store, [hand]);
    expect(outcome).toMatchObject({
      from: "fake-small/0-res-demo",
      features: 2,
      activations: 3,
      explanations: 2,
    });
    expect(outcome.compared.join(" ")).toMatch(/directions of 2 of 2 .* Activations of 1 of 1 /);
    const reader = StoreReader.open(store);
    const it = reader.feature(0, a);
    expect(it.labels).toEqual([
      {
        text: "the letter a",
        source: "imported",
        maker: "Neuronpedia, a-model, oai_token-act-pair",
        scores: {},
        from: null,
      },
      expect.objectContaining({ text: "vowels", scores: { recall_alt: 0.75 } }),
    ]);
    expect(it.statistics).toMatchObject({
      tokens: 12_800,
      corpus: "Neuronpedia fake-small/0-res-demo",
      frequency: 0.125,
      maximum: 120.5,
      meanWhenActive: 50,
      histogram: { edges: [0, 60, 120], counts: [4, 2] },
    });
    const shown = it.statistics!.top.map(({ tokens, peak, activations }) => [
      tokens.join(""),
      peak,
      activations[peak],
    ]);
    expect(shown).toEqual([
      ["<s>the cat ran", 6, 97],
      ["<s>a <b> ‮rtl", 1, 97],
    ]);
    expect(it.weights).toMatchObject({
      norm: 1,
      raises: [{ id: 65, text: "A", logit: 1.5 }],
      lowers: [{ text: "no" }, { id: 65 }],
      neighbours: [{ feature: 0, cosine: 0.5 }],
    });
    expect(it.weights!.lowers[0].id).toBeLessThan(0);
    expect(it.notes.join(" ")).toContain("imported, not measured here");
    expect(reader.feature(0, b).statistics).toMatchObject({ top: [], bands: [{ from: 98, to: 98 }] });
    expect(reader.search("vowels", 3)).toMatchObject([{ feature: a, frequency: 0.125, maximum: 120.5 }]);
    reader.close();
  });

  it("leave and come back as they were imported", async () => {
    const to = join(folder, "again");
    await exportStore({ store, to, format: "neuronpedia", source: "0-res-again" });
    const back = join(folder, "again.sqlite");
    await into(back, [join(to, "v1", "fake", "0-res-again")]);
    expect(dump(back)).toEqual(dump(store));
    expect(dump(back).some((line) => line.startsWith("imported"))).toBe(true);
  });

  it("change nothing when they are imported again", async () => {
    const before = dump(store);
    await into(store, [hand]);
    expect(dump(store)).toEqual(before);
  });

  it("add only labels to a scan, behind those that came with the SAE", async () => {
    const mine = join(folder, "mine.sqlite");
    copyFileSync(scanned, mine);
    const more = writeGzip(join(folder, "explanations.jsonl.gz"), [
      explanation(5, "wet"),
      explanation(5, "rain"),
    ]);
    const outcome = await into(mine, [hand, more]);
    expect(outcome.notes).toEqual(["The store holds a scan of its own; only labels were added."]);
    const without = (path: string) => dump(path).filter((line) => !line.startsWith("label"));
    expect(without(mine)).toEqual(without(scanned));
    const reader = StoreReader.open(mine);
    expect(reader.labels(0, 5).map(({ text, source }) => [text, source])).toEqual([
      ["rain", "ground truth"],
      ["wet", "imported"],
      ["rain", "imported"],
    ]);
    reader.close();
  });

  it("leave a label that came with the SAE what it is", async () => {
    const [mine, theirs] = ["own-labels.sqlite", "their-labels.sqlite"].map((name) => join(folder, name));
    for (const path of [mine, theirs]) copyFileSync(scanned, path);
    const db = new DatabaseSync(theirs);
    db.exec(`UPDATE label SET evidence = replace(evidence, '"ground truth"', '"imported"')`);
    db.close();
    const to = join(folder, "their-labels");
    await exportStore({ store: theirs, to, format: "neuronpedia", source: null });
    expect((await into(mine, [to])).notes).toEqual([
      "The store held figures of its own; only labels were added.",
    ]);
    expect(dump(mine)).toEqual(dump(scanned));
  });
});

describe("files for another SAE are refused with what differs", () => {
  it.each([
    ["more latents", [explanation(48, "x")], /holds latent 48, and the latents of fake are 0 to 47/],
    [
      "another hook point",
      [feature(a, { hookName: "blocks.1.hook_mlp_out" })],
      /for the hook point blocks.1.hook_mlp_out/,
    ],
    ["another layer", [explanation(a, "x", { layer: "3-res-demo" })], /source is 3-res-demo, layer 3/],
    ["another place in the layer", [explanation(a, "x", { layer: "0-mlp-demo" })], /made for “mlp”/],
    ["a model of another width", [feature(a, { vector: [1, 2, 3] })], /have 3 numbers, and fake is 8 wide/],
    [
      "other activations",
      [activation("banana", 1, { index: 7 })],
      /Activations of 0 of 1 .* “a” latent 7 is said to be 97, and is 0/,
    ],
    [
      "other neighbours and logits",
      [feature(a, { topkCosSimValues: [0.9], pos_str: ["Z"] })],
      new RegExp(`Latent ${a} is said to be nearest to 0 \\(cosine 0.9\\), and is to 0 \\(0.500\\)`),
    ],
    [
      "other logits",
      [feature(a, { topkCosSimIndices: [], topkCosSimValues: [], pos_str: ["Z"] })],
      /raise “Z”, and raises “A”/,
    ],
  ])("%s", async (_, records, message) => {
    const from = writeGzip(join(folder, "wrong.jsonl.gz"), records);
    const store = join(folder, "wrong.sqlite");
    await expect(into(store, [from])).rejects.toMatchObject({
      problem: { code: "import-mismatch", message: expect.stringMatching(message) },
    });
    expect(existsSync(store)).toBe(false);
  });

  it("and by what is in the way: a store of other weights", async () => {
    const other = Object.assign(new ExchangeEngine(), { sha256: "cc" });
    const before = dump(scanned);
    await expect(into(scanned, [hand], other)).rejects.toMatchObject({ problem: { code: "store-other" } });
    expect(dump(scanned)).toEqual(before);
  });

  it("labels alone say that they could not be compared", async () => {
    const outcome = await into(join(folder, "labels.sqlite"), [join(hand, "explanations-a-model")]);
    expect(outcome.compared[1]).toMatch(/^Nothing in it could be compared with computed numbers/);
  });
});

describe("ids of sources", () => {
  it.each([
    ["blocks.3.hook_resid_post", "owner/res 16k", "3-res-res-16k"],
    ["blocks.0.attn.hook_z", "../../x", "0-att-x"],
    ["blocks.11.hook_mlp_out", "..", "11-mlp-unnamed"],
  ])("of %s and %s", (hook, sae, id) => {
    expect(sourceId(hook, sae)).toBe(id);
    expect(hookDifference(hook, id, null)).toBeNull();
  });

  it("name the block before or behind a residual", () => {
    expect(hookDifference("blocks.8.hook_resid_pre", "8-res-jb", null)).toBeNull();
    expect(hookDifference("blocks.7.hook_resid_post", "8-res-jb", null)).toBeNull();
    expect(hookDifference("blocks.7.hook_resid_post", "x", "blocks.8.hook_resid_pre")).toBeNull();
    expect(hookDifference("blocks.6.hook_resid_post", "8-res-jb", null)).toMatch(/layer 8/);
    expect(hookDifference("blocks.8.hook_mlp_out", "9-mlp-x", null)).toMatch(/layer 9/);
  });
});
