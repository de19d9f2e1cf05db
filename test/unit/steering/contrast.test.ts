import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import type { Setup } from "../../../server/src/protocol/engine.ts";
import { asVectors, contrastiveVectors } from "../../../server/src/steering/methods/caa.ts";
import { readContrast } from "../../../server/src/steering/methods/contrast-file.ts";
import { MeanDifference } from "../../../server/src/steering/methods/mean-difference.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-contrast-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes lines as a file and reads it. */
function read(name: string, lines: string[], positive?: string) {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return readContrast(path, positive);
}

describe("a file of contrasts", () => {
  it("holds pairs, as JSON lines or with commas or tabs", async () => {
    const pairs = { positive: ["a", "c, d"], negative: ["b", "e"], paired: true };
    const json = ['{"positive":"a","negative":"b","id":1}', "", '{"negative":"e","positive":"c, d"}'];
    expect(await read("p.jsonl", json)).toEqual(pairs);
    expect(await read("p.csv", ["id,positive,negative", "1,a,b", '2,"c, d",e'])).toEqual(pairs);
    expect(await read("p.tsv", ["positive\tnegative", "a\tb", "c, d\te"])).toEqual(pairs);
  });

  it("or texts with two labels, the usual ones in their meaning", async () => {
    const texts = { positive: ["b"], negative: ["a", "c"], paired: false };
    for (const [up, down] of [
      ['"positive"', '"negative"'],
      ["true", "false"],
      ["1", "0"],
      ["1", "-1"],
      ['"Yes"', '"no"'],
    ]) {
      const lines = [
        ["a", down],
        ["b", up],
        ["c", down],
      ].map(([text, label]) => `{"text":"${text}","label":${label}}`);
      expect(await read("l.jsonl", lines), `${up} and ${down}`).toEqual(texts);
    }
    const moods = ["text,label", "a,sad", "b,cheerful", "c,sad"];
    expect(await read("l.csv", moods, "cheerful")).toEqual(texts);
    await expect(read("l.csv", moods)).rejects.toThrow(
      "the labels “sad”, “cheerful”, and none of them is known",
    );
    await expect(read("l.csv", moods, "happy")).rejects.toThrow("none of them is “happy”");
    await expect(read("l.csv", [...moods, "d,neutral"])).rejects.toThrow(
      "has 3 labels (“sad”, “cheerful”, “neutral”)",
    );
    await expect(read("l.csv", moods.slice(0, 2), "sad")).rejects.toThrow("has 1 labels");
  });

  it("that holds something else is refused with the line", async () => {
    await expect(read("x.jsonl", ['{"positive":"a"}'])).rejects.toThrow(
      /x\.jsonl, line 1: it has neither .* \(but positive\)/,
    );
    await expect(read("x.jsonl", ['{"positive":"a","negative":""}'])).rejects.toThrow("“negative” is empty");
    await expect(read("x.jsonl", ['{"positive":"a","negative":3}'])).rejects.toThrow("“negative” is no text");
    const both = ['{"positive":"a","negative":"b"}', '{"text":"a","label":1}'];
    await expect(read("x.jsonl", both)).rejects.toThrow("line 2: it is of another kind");
    await expect(read("x.jsonl", both.toReversed())).rejects.toThrow("line 2: it is of another kind");
    await expect(read("x.jsonl", [""])).rejects.toThrow("holds no texts");
    await expect(read("x.txt", ["a"])).rejects.toThrow("of no kind that pairs are read from");
    await expect(readContrast(join(folder, "none.csv"))).rejects.toThrow("There is no file");
  });
});

describe("the difference of means", () => {
  it("does not need as many texts on both sides", () => {
    const it = new MeanDifference(2);
    for (const row of [
      [1, 0],
      [3, 0],
      [5, 3],
    ])
      it.add("positive", Float32Array.from(row));
    it.add("negative", Float32Array.of(1, 1));
    expect(it.vector()).toEqual(Float32Array.of(2, 0));
    // One text cannot be halved.
    expect(it.stability()).toBeNull();
    it.add("negative", Float32Array.of(1, 0));
    // (3, 1.5) − (1, 1) and (3, 0) − (1, 0)
    expect(it.stability()).toBeCloseTo(4 / (2 * Math.hypot(2, 0.5)), 12);
  });
});

describe("contrastive vectors", () => {
  const setup: Setup = { model: "m", saes: null, device: "cpu" };
  const hooks = ["blocks.1.hook_resid_post", "blocks.0.hook_resid_post"];
  /** An engine whose residual is the length of the text, at the first hook point only. */
  function fake(setupIds = ["s"]) {
    const asked: number[] = [];
    const host = {
      describe: async () => ({ setupId: "s", model: { id: "m", family: "llama", dModel: 1 } }),
      pool: async ({ texts }: { texts: { text: string }[][] }) => {
        asked.push(texts.length);
        const lengths = Float32Array.from(texts, ([{ text }]) => text.length);
        const rows = new Map([
          [hooks[0], lengths],
          [hooks[1], lengths.map((length) => length + 1)],
        ]);
        return { setupId: setupIds[Math.min(asked.length, setupIds.length) - 1], rows };
      },
    } as unknown as EngineHost;
    return { host, asked };
  }
  const many = (text: string, count: number) => Array.from({ length: count }, () => text);

  it("ask for some texts at a time and say how far they are", async () => {
    const { host, asked } = fake();
    const heard: string[] = [];
    const contrast = { positive: many("long", 20), negative: many("x", 3), paired: false };
    const outcome = await contrastiveVectors(host, { setup, contrast, hooks, pool: "last" }, (...it) =>
      heard.push(it.join("/")),
    );
    expect(asked).toEqual([16, 4, 3]);
    expect(heard).toEqual(["0/23", "16/23", "20/23", "23/23"]);
    expect(outcome.vectors).toEqual(
      hooks.map((hook) => ({ hook, vector: Float32Array.of(3), norm: 3, stability: 1 })),
    );
    expect(asVectors(outcome, "2026-01-01")).toMatchObject({
      facts: { model: "m", unit: "raw", method: "caa", made: "2026-01-01" },
      metadata: {
        family: "llama",
        pool: "last",
        positives: "20",
        negatives: "3",
        norm: '{"blocks.1.hook_resid_post":3,"blocks.0.hook_resid_post":3}',
        stability: '{"blocks.1.hook_resid_post":1,"blocks.0.hook_resid_post":1}',
      },
    });
  });

  it("are refused where there is no difference, no text, or another model halfway", async () => {
    const ask = (positive: string[], negative: string[], ids?: string[]) =>
      contrastiveVectors(
        fake(ids).host,
        { setup, contrast: { positive, negative, paired: false }, hooks, pool: "last" },
        () => {},
      );
    await expect(ask(["ab"], ["cd"])).rejects.toThrow("the same residual at blocks.1.hook_resid_post");
    await expect(ask([], ["cd"])).rejects.toThrow("no texts on one side");
    await expect(ask(["a"], ["bc"], ["s", "t"])).rejects.toThrow("files of m changed");
  });
});
