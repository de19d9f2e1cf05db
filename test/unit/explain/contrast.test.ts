import { beforeEach, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { Contrast } from "../../../server/src/explain/contrast.ts";
import { textOf } from "../../../server/src/explain/passage.ts";
import type { AnalyseParams, Analysis } from "../../../server/src/protocol/engine.ts";

const { token } = new CancellationTokenSource();
const setup = { model: "m", saes: ["other", "s"], device: "cpu" as const };
/** Tokens of each window; the first is a start token. */
const length = 200;

/** Windows of words of their own: token t of window w is " w.t", with the id 1000 w + t. */
const store = {
  windows: () => Array.from({ length: 30 }, (_, w) => w),
  windowTokens: (w: number) => ({
    ids: Int32Array.from({ length }, (_, t) => 1000 * w + t),
    texts: Array.from({ length }, (_, t) => (t === 0 ? "<|start|>" : ` ${w}.${t}`)),
  }),
};

let asked: string[];
let forgotten: string[];
/** Ids that latent 7 of the second SAE fires on, and windows that are read as other tokens. */
let fires: (id: number) => boolean;
let misread: (window: number) => boolean;
beforeEach(() => {
  asked = [];
  forgotten = [];
  fires = () => false;
  misread = () => false;
});

const engine = {
  analyse: async ({ messages, key }: AnalyseParams): Promise<Analysis> => {
    const [{ text, role }] = messages;
    expect(role).toBeNull();
    expect(text).not.toContain("<|start|>");
    asked.push(key);
    const words = text.trim().split(" ");
    const window = Number(words[0].split(".")[0]);
    const ids = [1000 * window, ...words.map((_, i) => 1000 * window + i + 1)];
    if (misread(window)) ids[5]++;
    const rows = Int32Array.from({ length: ids.length + 1 }, (_, t) => ids.slice(0, t).filter(fires).length);
    const sae = { rows, indices: new Int32Array(rows[ids.length]).fill(7) };
    const none = { rows: new Int32Array(ids.length + 1), indices: new Int32Array(0) };
    return { ids: Int32Array.from(ids), saes: [none, sae] } as unknown as Analysis;
  },
  forget: (key: string) => void forgotten.push(key),
};
const contrast = () => new Contrast(store, engine, setup, 1);
const idsOf = (passage: { tokens: string[] }) =>
  passage.tokens
    .filter((it) => it.startsWith(" "))
    .map((it) => {
      const [w, t] = it.trim().split(".").map(Number);
      return 1000 * w + t;
    });
const none = new Set<number>();
const wanted = (feature: number, count: number, known = none, taken = new Set<string>()) => ({
  ...{ feature, count, known, taken },
});

it("takes stretches that the latent is silent on, one a window, as long as an example", async () => {
  // A third of all stretches of 49 tokens have such a token.
  fires = (id) => id % 100 === 50;
  const { passages, verified } = await contrast().silent(wanted(7, 12), token);
  expect(verified).toBe(true);
  expect(passages).toHaveLength(12);
  expect(new Set(passages.map(({ window }) => window)).size).toBe(12);
  for (const passage of passages) {
    expect(idsOf(passage).some(fires)).toBe(false);
    expect(passage.tokens.length).toBeLessThanOrEqual(49);
    expect(passage.activations).toEqual(passage.tokens.map(() => 0));
  }
});

it("finds nothing where it fires everywhere", async () => {
  fires = () => true;
  expect(await contrast().silent(wanted(7, 5), token)).toEqual({ passages: [], verified: true });
  // Another latent is silent there.
  expect((await contrast().silent(wanted(8, 5), token)).passages).toHaveLength(5);
});

it("reads a window once for all latents, and lets the engine forget it", async () => {
  const both = contrast();
  await both.silent(wanted(7, 10), token);
  await both.silent(wanted(8, 10), token);
  expect(asked).toHaveLength(10);
  both.dispose();
  expect(forgotten).toEqual([asked[0]]);
});

it("prefers windows that are read as the same tokens, and says where others had to do", async () => {
  misread = (window) => window % 2 === 0;
  const enough = await contrast().silent(wanted(7, 10), token);
  expect(enough.verified).toBe(true);
  expect(enough.passages.every(({ window }) => window % 2 === 1)).toBe(true);
  // One that fires wherever that can be seen is not silent elsewhere.
  fires = () => true;
  expect(await contrast().silent(wanted(7, 10), token)).toEqual({ passages: [], verified: true });
  fires = () => false;
  misread = (window) => window !== 3;
  const known = new Set([5, 6, 7]);
  const few = await contrast().silent(wanted(7, 10, known), token);
  expect(few.verified).toBe(false);
  expect(few.passages[0].window).toBe(3);
  expect(few.passages).toHaveLength(10);
  expect(few.passages.some(({ window }) => known.has(window))).toBe(false);
});

it("leaves out texts that are used otherwise", async () => {
  const { passages } = await contrast().silent(wanted(7, 3), token);
  const taken = new Set(passages.slice(0, 1).map(textOf));
  const others = await contrast().silent(wanted(7, 3, none, taken), token);
  expect(others.passages.map(textOf)).not.toContain([...taken][0]);
});
