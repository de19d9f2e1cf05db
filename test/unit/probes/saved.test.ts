import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertsOf, isSilent, speaksUp } from "../../../server/src/probes/saved/alerts.ts";
import { entryOf, findProbes, probesNamed } from "../../../server/src/probes/saved/named.ts";
import type { Reading } from "../../../server/src/probes/saved/readings.ts";
import { alertText, bestBaseline, doubtText, figuresText } from "../../../server/src/probes/saved/words.ts";
import type { SavedProbe } from "../../../server/src/protocol/probe-file.ts";

const binary = { type: "classes" as const, names: ["true", "untrue"] };
const editor = { threshold: null, severity: "warning" as const, message: null };
const interval = (value: number) => ({ value, low: value - 0.05, high: value + 0.05, n: 200 });
const text = (id: string, value: number) => ({ id, figure: interval(value), heaviest: [] });

function probe(
  more: {
    target?: object;
    editor?: object;
    level?: string;
    source?: string;
    trust?: string;
    texts?: object[];
  } = {},
) {
  return {
    name: "truth",
    target: more.target ?? binary,
    editor: { ...editor, ...more.editor },
    reads: { level: more.level ?? "text", source: { kind: more.source ?? "hook" } },
    report: {
      figures: { leading: interval(0.91), measure: "accuracy" },
      controls: {
        majority: 0.5,
        text: more.texts ?? [text("majority", 0.99), text("length", 0.55), text("word-ngrams", 0.62)],
      },
      trust: { verdict: more.trust ?? "sound", sentence: "" },
    },
  } as unknown as SavedProbe;
}

/** Readings of consecutive words of a text. */
function readings(words: string, scores: number[][], names = binary.names): Reading[] {
  let at = 0;
  return words.split("|").map((word, i): Reading => {
    const start = at;
    at += word.length;
    const output = scores[i].indexOf(Math.max(...scores[i]));
    const score = scores[i].length === 2 ? scores[i][1] : scores[i][output];
    const told = scores[i].length === 1 ? scores[i][0].toPrecision(3) : names[output];
    const range = { start: { line: 0, character: start }, end: { line: 0, character: at } };
    return { start, end: at, range, text: word, told, output, score, scores: scores[i] };
  });
}

describe("where a probe speaks up", () => {
  it("is where the positive class of two reaches the threshold, also one below a half", () => {
    const found = readings("One. |Two. ", [
      [0.6, 0.4],
      [0.1, 0.9],
    ]);
    const told = (threshold: number | null) =>
      alertsOf(found, probe({ editor: { threshold } }), "One. Two. ").map((it) => [
        it.start,
        it.told,
        it.score,
      ]);
    expect(told(null)).toEqual([[5, "untrue", 0.9]]);
    expect(told(0.4)).toEqual([
      [0, "untrue", 0.4],
      [5, "untrue", 0.9],
    ]);
    expect(told(0.95)).toEqual([]);
  });

  it("is the class told of several, but for the one that means nothing", () => {
    const names = ["cat", "none", "dog"];
    const several = probe({ target: { type: "classes", names } });
    const rows = [
      [0.8, 0.1, 0.1],
      [0.1, 0.8, 0.1],
      [0.3, 0.3, 0.4],
    ];
    expect(readings("a|b|c", rows, names).map((it) => speaksUp(it, several))).toEqual([true, false, false]);
  });

  it.each<[type: string, names: string[], silent: string[] | null, expected: string[]]>([
    // Of classes none is silent for standing first.
    ["classes", ["afraid", "calm", "glad"], null, []],
    ["classes", ["cat", "Neither", "dog"], null, ["Neither"]],
    ["ordered", ["low", "middle", "high"], null, ["low"]],
    ["ordered", ["none", "some", "many"], null, ["none"]],
    ["classes", ["afraid", "calm", "glad"], ["calm"], ["calm"]],
    ["classes", ["cat", "none", "dog"], ["cat", "dog"], ["cat", "dog"]],
    ["ordered", ["low", "middle", "high"], ["middle"], ["middle"]],
    ["classes", ["true", "untrue"], null, ["true"]],
    ["number", [], null, []],
  ])("is silent, of %s %j where its specification names %j, about %j", (type, names, silent, expected) => {
    const saved = probe({ target: { type, names }, editor: { silent } });
    expect(names.filter((_, i) => isSilent(i, saved))).toEqual(expected);
    // Probes that were kept before there was such a key say nothing of it.
    if (silent === null) {
      const { silent: _, ...older } = saved.editor;
      expect(names.filter((_, i) => isSilent(i, { ...saved, editor: older }))).toEqual(expected);
    }
  });

  it("is each of several classes, the first among them", () => {
    const names = ["afraid", "calm", "glad"];
    const moods = probe({ target: { type: "classes", names } });
    const found = readings(
      "a|b|c",
      [
        [0.8, 0.1, 0.1],
        [0.1, 0.8, 0.1],
        [0.1, 0.1, 0.8],
      ],
      names,
    );
    expect(alertsOf(found, moods, "abc").map(({ told }) => told)).toEqual(names);
  });

  it("is never a number unless a threshold is set", () => {
    const target = { type: "number", names: [] };
    const found = readings("a|b", [[3], [1]]);
    expect(found.map((it) => speaksUp(it, probe({ target })))).toEqual([false, false]);
    const set = probe({ target, editor: { threshold: 2 } });
    expect(found.map((it) => speaksUp(it, set))).toEqual([true, false]);
  });

  it("is one run of adjacent tokens, from its first letter on", () => {
    const high = [0.2, 0.8];
    const found = readings("The| red| barn\n|is| old", [[0.9, 0.1], high, [0.1, 0.9], high, [0.9, 0.1]]);
    const words = "The red barn\nis old";
    const runs = (level: string) =>
      alertsOf(found, probe({ level }), words).map(({ start, end, score }) => [
        words.slice(start, end),
        score,
      ]);
    expect(runs("token")).toEqual([["red barn\nis", 0.9]]);
    expect(runs("text")).toHaveLength(3);
    const apart = found.filter((_, i) => i !== 2);
    expect(alertsOf(apart, probe({ level: "token" }), words)).toHaveLength(2);
  });
});

describe("what it says", () => {
  it("has its figures and the best text baseline beside the score", () => {
    expect(alertText(probe(), "untrue", 0.934)).toBe(
      "The model treats this as “untrue” (0.93; held out 0.91, n-gram baseline 0.62)",
    );
    // One that reads no model says nothing of it.
    expect(alertText(probe({ source: "text" }), "untrue", 0.934)).toMatch(
      /^The words here are like those of “untrue” \(0\.93; /,
    );
    const both = [text("bag-of-words", 0.62), { ...text("bag-of-words", 0.93), before: true }];
    expect(figuresText(probe({ texts: both }))).toBe(
      "held out 0.91, bag-of-words baseline of the text up to there 0.93",
    );
    expect(bestBaseline(probe({ texts: [] }))).toEqual({ name: "majority", value: 0.5 });
    expect(figuresText({ report: { figures: null } } as SavedProbe)).toBe("not measured");
  });

  it("keeps them where the specification has words of its own, and says what speaks against the probe", () => {
    const words = probe({ editor: { message: "Check this" }, trust: "explained-by-text" });
    expect(alertText(words, "untrue", 1)).toBe(
      "Check this (1.00; held out 0.91, n-gram baseline 0.62) · words alone do as well",
    );
    expect(doubtText(probe())).toBeNull();
    expect(doubtText({ report: { trust: null } } as SavedProbe)).toBe("no controls were made");
    const number = probe({ target: { type: "number", names: [] } });
    expect(alertText(number, "3.20", 3.2)).toMatch(/^The probe “truth” reads 3\.20 here \(3\.20; /);
  });
});

describe("which probes are named", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "steerscope-named-"));
    for (const path of ["a", "deep/er", ".hidden", "node_modules"])
      mkdirSync(join(folder, path), { recursive: true });
    for (const path of ["b", "a/one", "deep/er/two", "deep/[x]", ".hidden/no", "node_modules/no"])
      writeFileSync(join(folder, `${path}.probe.json`), "{}");
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const named = async (...entries: string[]) =>
    (await probesNamed(entries, folder, findProbes)).map((it) =>
      entryOf(it, folder).replace(".probe.json", ""),
    );

  it("is said by paths, there or not, by globs, and less what is taken away", async () => {
    expect(await named("b.probe.json", "gone.probe.json")).toEqual(["b", "gone"]);
    expect((await named("**/*.probe.json")).sort()).toEqual(["a/one", "b", "deep/[x]", "deep/er/two"]);
    expect(await named("./a/*.probe.json")).toEqual(["a/one"]);
    expect(await named("**", "!deep/**", "!b.probe.json")).toEqual(["a/one"]);
    expect(await named("!b.probe.json", "b.probe.json")).toEqual(["b"]);
  });

  it("takes a path with a bracket by its letters where such a file is there", async () => {
    expect(await named("deep/[x].probe.json")).toEqual(["deep/[x]"]);
  });

  it("is nothing relative without a folder", async () => {
    expect(await probesNamed(["b.probe.json", "**", "/x/y.probe.json"], null, findProbes)).toEqual([
      "/x/y.probe.json",
    ]);
    expect(entryOf("/elsewhere/y.probe.json", folder)).toBe("/elsewhere/y.probe.json");
  });
});
