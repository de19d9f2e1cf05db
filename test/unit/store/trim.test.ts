import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { scan } from "../../../server/src/scan/scan.ts";
import { StoreReader } from "../../../server/src/store/reader.ts";
import { StoreRows } from "../../../server/src/store/rows.ts";
import { trimStore } from "../../../server/src/store/trim.ts";
import { FakeEngine } from "./fake-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-trim-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [whole, small] = ["whole.sqlite", "small.sqlite"].map((name) => join(folder, name));
const sizes = { top: 2, sample: 3, together: 40 };

const scanning = (store: string, stop = new CancellationTokenSource()) => {
  const corpus = join(folder, "stories.jsonl");
  const texts = Array.from({ length: 200 }, (_, i) => `the rain fell on roof ${i}, and boats lay still`);
  writeFileSync(corpus, texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  const setup = { model: "fake", saes: ["fake"], device: "cpu" as const };
  const request = { setup, corpus: [corpus], store, field: "text", context: null, maxTokens: null };
  return scan(new FakeEngine(), request, () => {}, stop.token);
};

beforeAll(async () => {
  await scanning(whole);
  trimStore(whole, small, sizes);
});

describe("a trimmed store", () => {
  it("has the same figures with fewer examples, the strongest first", () => {
    const [all, few] = [StoreRows.open(whole), StoreRows.open(small)];
    const [before, after] = [[...all.latents(0)], [...few.latents(0)]];
    expect(after.length).toBe(before.length);
    expect(before.some(({ top }) => top.length > sizes.top)).toBe(true);
    expect(before.some(({ sample }) => sample.length > sizes.sample)).toBe(true);
    after.forEach((it, i) => {
      const { top, sample, ...figures } = before[i];
      expect(it).toEqual({ ...figures, top: top.slice(0, sizes.top), sample: sample.slice(0, sizes.sample) });
    });
    expect(all.together(0).key.length).toBeGreaterThan(sizes.together);
    expect(few.together(0).key.length).toBe(sizes.together);
    all.close();
    few.close();
  });

  it("is one file that can be searched, and smaller", () => {
    expect(existsSync(`${small}-wal`)).toBe(false);
    expect(statSync(small).size).toBeLessThan(0.8 * statSync(whole).size);
    const reader = StoreReader.open(small);
    expect(reader.finished).toBe(true);
    expect(reader.byExamples(0, "rain").length).toBeGreaterThan(0);
    reader.close();
  });

  it("is not made of a scan that has not reached its end", async () => {
    const paused = join(folder, "paused.sqlite");
    const stop = new CancellationTokenSource();
    stop.cancel();
    await scanning(paused, stop);
    expect(() => trimStore(paused, join(folder, "none.sqlite"), sizes)).toThrow(/not reached its end/);
    expect(existsSync(join(folder, "none.sqlite"))).toBe(false);
  });
});
