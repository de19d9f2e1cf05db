import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tensorBytes } from "../../../server/src/files/tensor-bytes.ts";
import { writeWhole } from "../../../server/src/files/write-whole.ts";
import { ActivationCache } from "../../../server/src/probes/activations/cache.ts";
import { readHeader, trimFolder } from "../../../server/src/probes/activations/files.ts";
import { allRowsOf, readRows } from "../../../server/src/probes/activations/rows.ts";
import type { Description } from "../../../server/src/protocol/engine.ts";
import {
  type Collected,
  type CollectParams,
  keysName,
  lastIdsName,
  type ProbeReading,
  type ProbeText,
  placesName,
  readingName,
  startsName,
} from "../../../server/src/protocol/probes.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "steerscope-activations-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const setup = { model: "m", saes: null, device: "cpu" as const };
const text = (it: string): ProbeText => ({ messages: [{ role: null, text: it }], span: null });
const at = (hook: string, position: ProbeReading["position"] = "last"): ProbeReading => ({
  source: { kind: "hook", hook },
  position,
});

/** An engine whose rows are the text's length and a number of the hook point; `all` has a row a character. */
class FakeHost {
  asked: string[][] = [];
  sha256 = "a";
  setupId = "x";
  convention = "plain";
  describe = async () =>
    ({ setupId: "x", model: { conventions: [this.convention] } }) as unknown as Description;
  identify = async () => ({ model: { id: "m", sha256: this.sha256 }, saes: [] });
  collect = async ({ texts, keys, readings, path }: CollectParams): Promise<Collected> => {
    const words = texts.map(({ messages }) => messages[0].text);
    this.asked.push(words);
    const kept = words.map((_, i) => i).filter((i) => words[i] !== "long");
    const starts = Float32Array.from(
      [0, ...kept].map((_, i) => kept.slice(0, i).reduce((n, k) => n + words[k].length, 0)),
    );
    const number = (hook: string) => Number(/\d+/.exec(hook)![0]);
    writeWhole(
      path,
      tensorBytes(
        [
          {
            name: lastIdsName,
            shape: [kept.length, 1],
            data: Float32Array.from(kept, (i) => words[i].charCodeAt(0)),
          },
          ...readings.flatMap((reading) => {
            const { hook } = reading.source as { hook: string };
            const name = readingName(reading, []);
            if (reading.position !== "all")
              return [
                {
                  name,
                  shape: [kept.length, 2],
                  data: Float32Array.from(kept.flatMap((i) => [words[i].length, number(hook)])),
                },
              ];
            const chars = kept.flatMap((i) => [...words[i]].map((c) => c.charCodeAt(0)));
            return [
              { name, shape: [chars.length, 1], data: Float32Array.from(chars) },
              { name: startsName(name), shape: [starts.length], data: starts },
              { name: placesName, shape: [chars.length, 3], data: new Float32Array(chars.length * 3) },
              { name: startsName(placesName), shape: [starts.length], data: starts },
            ];
          }),
        ],
        { [keysName]: JSON.stringify(kept.map((i) => keys[i])) },
      ),
    );
    const left = words.flatMap((it, i) => (it === "long" ? [{ text: i, why: "too-long" as const }] : []));
    return { setupId: this.setupId, path, tokens: 1, left };
  };
}

const log: string[] = [];
const open = (host: FakeHost) => ActivationCache.open(host, setup, root, (line) => log.push(line));
const fill = async (host: FakeHost, words: string[], readings: ProbeReading[]) => {
  const cache = await open(host);
  const left = await cache.fill(words.map(text), readings, () => {});
  return { cache, left };
};

describe("activations kept on disk", () => {
  it("are read once, and found again by content, whatever the order and the run", async () => {
    const host = new FakeHost();
    await fill(host, ["a", "bb", "a"], [at("blocks.1.hook_resid_post")]);
    expect(host.asked).toEqual([["a", "bb"]]);
    const { cache } = await fill(host, ["bb", "ccc", "a"], [at("blocks.1.hook_resid_post")]);
    expect(host.asked).toEqual([["a", "bb"], ["ccc"]]);
    const rows = cache.rowsOf(["ccc", "a", "bb"].map(text), at("blocks.1.hook_resid_post"));
    expect(readRows(rows, [2, 0, 1]).x).toEqual({
      rows: 3,
      columns: 2,
      values: Float32Array.of(2, 1, 3, 1, 1, 1),
    });
  });

  it("are read for another hook point alone, and never under another model or convention", async () => {
    const host = new FakeHost();
    await fill(host, ["a"], [at("blocks.1.hook_resid_post")]);
    await fill(host, ["a"], [at("blocks.2.hook_resid_post")]);
    expect(host.asked).toHaveLength(2);
    await fill(host, ["a"], [at("blocks.1.hook_resid_post"), at("blocks.2.hook_resid_post")]);
    expect(host.asked).toHaveLength(2);
    host.sha256 = "b";
    await fill(host, ["a"], [at("blocks.1.hook_resid_post")]);
    host.convention = "with a start token";
    await fill(host, ["a"], [at("blocks.1.hook_resid_post")]);
    expect(host.asked).toHaveLength(4);
  });

  it("know which texts cannot be read", async () => {
    const { left, cache } = await fill(
      new FakeHost(),
      ["a", "long", "b", "long"],
      [at("blocks.1.hook_resid_post")],
    );
    expect([...left]).toEqual([
      [1, "too-long"],
      [3, "too-long"],
    ]);
    expect(() => cache.rowsOf([text("long")], at("blocks.1.hook_resid_post"))).toThrow(RangeError);
  });

  it("of all tokens are rows a token", async () => {
    const { cache } = await fill(new FakeHost(), ["ab", "c", "def"], [at("blocks.1.hook_resid_post", "all")]);
    const rows = cache.rowsOf(["def", "ab"].map(text), at("blocks.1.hook_resid_post", "all"));
    expect(rows.byToken).toBe(true);
    const { x, starts } = readRows(rows, [0, 1]);
    expect(starts).toEqual(Int32Array.of(0, 3, 5));
    expect(String.fromCharCode(...x.values)).toBe("defab");
    expect(readRows(cache.tokensOf([text("c")], lastIdsName), [0]).x.values).toEqual(Float32Array.of(99));
  });

  it("of one file are read whole, without those that cannot be", async () => {
    const path = join(root, "one.safetensors");
    const texts = ["ab", "long", "c"].map(text);
    const readings = [at("blocks.1.hook_resid_post", "all"), at("blocks.2.hook_resid_post")];
    await new FakeHost().collect({ ...setup, texts, keys: ["0", "1", "2"], readings, path });
    const [all, last] = readings.map((it) => allRowsOf(readHeader(path), readingName(it, [])));
    expect(readRows(all, [0, 1])).toMatchObject({ starts: Int32Array.of(0, 2, 3), x: { rows: 3 } });
    expect(String.fromCharCode(...readRows(all, [1]).x.values)).toBe("c");
    expect(readRows(last, [0, 1]).x.values).toEqual(Float32Array.of(2, 2, 1, 2));
    expect(() => allRowsOf(readHeader(path), "other")).toThrow("holds no other");
  });

  it.each([
    ["cut short", (path: string) => truncateSync(path, readFileSync(path).length - 4)],
    ["cut inside its header", (path: string) => truncateSync(path, 20)],
    ["empty", (path: string) => truncateSync(path, 0)],
    ["something else", (path: string) => writeFileSync(path, "not tensors, but long enough to be read")],
  ])("are read anew where a file is %s", async (_, damage) => {
    const host = new FakeHost();
    await fill(host, ["a", "bb"], [at("blocks.1.hook_resid_post")]);
    const [name] = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((it) =>
      it.endsWith(".safetensors"),
    );
    damage(join(root, name));
    log.length = 0;
    const { cache } = await fill(host, ["a", "bb"], [at("blocks.1.hook_resid_post")]);
    expect(host.asked).toHaveLength(2);
    expect(log.join()).toContain("It is removed, and its texts will be read again.");
    expect(readRows(cache.rowsOf([text("bb")], at("blocks.1.hook_resid_post")), [0]).x.values).toEqual(
      Float32Array.of(2, 1),
    );
  });

  it("stop where the model changes meanwhile", async () => {
    const host = new FakeHost();
    host.setupId = "y";
    await expect(fill(host, ["a"], [at("blocks.1.hook_resid_post")])).rejects.toThrow(
      /changed while texts were read/,
    );
  });

  const kept = () =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((it) => it.endsWith(".safetensors"))
      .map((it) => join(root, it));

  it("give way, those used longest ago first, but never what is in use", () => {
    const paths = ["a", "b", "c", "d"].map((name) => join(root, `${name}.safetensors`));
    for (const [i, path] of paths.entries()) {
      writeFileSync(path, "x".repeat(100));
      // Neither in the order of their names.
      const used = new Date(2026, 1, [3, 2, 4, 1][i]);
      utimesSync(path, used, used);
    }
    expect(trimFolder(root, 250, new Set([paths[3]]))).toEqual([paths[1], paths[0]]);
    expect(kept().sort()).toEqual([paths[2], paths[3]]);
  });

  it("give way in the folder of the model in use too, but for what the run reads", async () => {
    const host = new FakeHost();
    const reading = at("blocks.1.hook_resid_post");
    const open = () => ActivationCache.open(host, setup, root, (line) => log.push(line), undefined, 1);
    const fillWith = async (...words: string[]) => {
      const cache = await open();
      await cache.fill(words.map(text), [reading], () => {});
      return cache;
    };
    await fillWith("a", "b");
    expect(kept()).toHaveLength(1);
    const cache = await fillWith("b", "c");
    // The first file stays for “b”, though it holds “a” too.
    expect(kept()).toHaveLength(2);
    expect(readRows(cache.rowsOf(["c", "b"].map(text), reading), [0, 1]).x.rows).toBe(2);
    await cache.fill([text("d")], [reading], () => {});
    expect(kept()).toHaveLength(1);
    expect(() => cache.rowsOf([text("b")], reading)).toThrow(RangeError);
    await cache.fill([text("b")], [reading], () => {});
    expect(host.asked).toEqual([["a", "b"], ["c"], ["d"], ["b"]]);
  });
});
