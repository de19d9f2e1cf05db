import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { FeatureQuery, FeaturesAnswer } from "../../server/src/protocol/explore.ts";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import type { ScanAnswer } from "../../server/src/protocol/requests.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { User, type UserOptions } from "./user.ts";

let user: User | undefined;
let folder: string;
let corpus: string;
let store: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-scan-"));
  store = join(folder, "cache");
  corpus = join(folder, "corpus", "town.jsonl");
  write(120);
});
afterEach(async () => {
  await user?.leave();
  user = undefined;
  rmSync(folder, { recursive: true });
});

function write(n: number): void {
  const texts = [...generate({ n, seed: 11, split: "train" })].map(({ text }) => text);
  mkdirSync(dirname(corpus), { recursive: true });
  writeFileSync(corpus, texts.map((text) => JSON.stringify({ text })).join("\n"));
}

/** The real engine and tinytown behind a server in this process. */
const enter = async (options: UserOptions = {}): Promise<User> => {
  user = await User.inBand({ embedded: true, settings: { store }, folder, ...options });
  return user;
};
const scan = (params: object = {}): Promise<ScanAnswer> =>
  user!.ask("steerscope/scan", { corpus: [corpus], ...params });
const list = (query: FeatureQuery, count = 500, offset = 0): Promise<FeaturesAnswer> =>
  user!.ask("steerscope/features", { query, offset, count });
/** All rows that fit, however many parts they come in. */
async function all(query: FeatureQuery): Promise<FeaturesAnswer> {
  const first = await list(query);
  for (let offset = 500; offset < first.total; offset += 500)
    first.rows.push(...(await list(query, 500, offset)).rows);
  return first;
}
const feature = (sae: string, index: number): Promise<FeatureResult> =>
  user!.ask("steerscope/feature", { sae, feature: index });

it("reads a corpus, after which features have examples, and are found by words of these and by tokens they raise", async () => {
  await enter();
  const answer = await scan();
  expect(answer).toMatchObject({ state: "finished", documents: 120 });
  expect(answer.store.startsWith(store)).toBe(true);
  const messages = user!.progress.map(({ value }) => value.message ?? "");
  expect(messages.some((it) => /tokens, .*tokens\/s/.test(it))).toBe(true);
  expect(user!.progress.at(-1)!.value.kind).toBe("end");

  const { rows } = await list({ activity: "live", sort: "frequency" }, 1);
  const [{ sae, feature: index }] = rows;
  const known = await feature(sae, index);
  expect(known.statistics).toMatchObject({ corpus: "town.jsonl" });
  expect(known.statistics!.tokens).toBeGreaterThan(1000);
  const [example] = known.statistics!.top;
  const words = new Set(example.tokens.join("").match(/(?<![\p{L}\p{N}])\p{L}{4,}(?![\p{L}\p{N}])/gu));
  expect(words.size).toBeGreaterThan(0);
  const founds = await Promise.all([...words].map((word) => all({ examples: word })));
  for (const { rows } of founds) expect(rows.map((row) => row.feature)).toContain(index);
  const [found] = founds.toSorted((a, b) => a.total - b.total);
  expect(found.total).toBeLessThan(found.of);
  expect(found.notes.join()).toMatch(
    /examples.* from a scan of [\d,]+ tokens of town\.jsonl \(feature store /,
  );
  const [raised] = known.weights!.raises;
  const promoting = await all({ promotes: raised.text });
  expect(promoting.rows.map((row) => row.feature)).toContain(index);
  expect(promoting.notes.join()).toContain("raises most");
});

it("scores features after the corpus when asked to, and lists them by their scores", async () => {
  await enter({ settings: { store, saes: ["resid_post_3"] } });
  await scan();
  const { rows: unscored, notes } = await list({ sort: "output" }, 5);
  expect(unscored.every(({ output }) => output === null)).toBe(true);
  expect(notes.join()).toContain("--sae resid_post_3 --scores");
  expect((await list({}, 1)).scored).toBe(false);

  const one = await user!.ask<FeatureResult>("steerscope/feature", {
    ...{ sae: "resid_post_3", feature: 5, scores: true },
  });
  expect(one.scores!.output!.prompts.map(({ text }) => text)).toContain("It was a");
  // It was kept.
  expect((await feature("resid_post_3", 5)).scores).toEqual(one.scores);
  expect((await feature("resid_post_3", 6)).scores).toBeNull();

  expect(await scan({ scores: true })).toMatchObject({ state: "finished", added: { tokens: 0 } });
  expect(user!.progress.some(({ value }) => /Scoring latents: \d+ %/.test(value.message ?? ""))).toBe(true);
  const best = await list({ sort: "output" }, 50);
  expect(best.scored).toBe(true);
  const scores = best.rows.map(({ output }) => output!);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(best.notes.join()).toContain("rarely high in one feature");
  const some = await list({ minOutput: scores[20], minInput: 0.1, sort: "input" });
  expect(some.total).toBeLessThan(best.of);
  for (const { output, input } of some.rows) {
    expect(output).toBeGreaterThanOrEqual(scores[20]);
    expect(input).toBeGreaterThanOrEqual(0.1);
  }
  const { scores: kept } = await feature("resid_post_3", best.rows[0].feature);
  expect(kept!.output!.value).toBeCloseTo(scores[0], 5);
  expect(kept!.output!.weak).toBe(false);
  await expect(list({ minOutput: 2 })).rejects.toThrow("“minOutput” is a number from 0 to 1");
});

it("measures the output score of a feature of which no store knows", async () => {
  // Under another name the store that ships does not know it either.
  const copy = join(folder, "copy");
  cpSync(join(import.meta.dirname, "../../assets/tinytown/saes/resid_post_5"), copy, { recursive: true });
  await enter({ settings: { store, saes: [copy] } });
  const asked = { sae: "copy", feature: 7 };
  expect((await user!.ask<FeatureResult>("steerscope/feature", asked)).scores).toBeNull();
  const { scores } = await user!.ask<FeatureResult>("steerscope/feature", { ...asked, scores: true });
  expect(scores!.output!.value).toBeGreaterThanOrEqual(0);
  expect(scores!.input).toBeNull();
  expect(scores!.notes.join()).toContain("at least 10 texts of a scan");
});

it("pauses when it is cancelled, and the same scan goes on from there", async () => {
  write(600);
  await enter();
  const pause = new CancellationTokenSource();
  const reading = user!.ask<ScanAnswer>("steerscope/scan", { corpus: [corpus] }, pause.token);
  const isReading = () => user!.progress.some(({ value }) => /tokens\/s/.test(value.message ?? ""));
  while (!isReading()) await new Promise((resolve) => setTimeout(resolve, 10));
  // A second one must not write what the first one writes.
  await expect(scan()).rejects.toThrow("running already");
  pause.cancel();
  const paused = await reading;
  expect(paused).toMatchObject({ state: "paused" });
  expect(paused.added.tokens).toBeGreaterThan(0);
  const whole = await scan();
  expect(whole.state).toBe("finished");
  expect(whole.tokens).toBe(paused.tokens + whole.added.tokens);
});

it("writes nothing outside the folder for stores, and another corpus takes the place of one only when asked to", async () => {
  await enter();
  const before = readFileSync(corpus, "utf8");
  await scan({ maxTokens: 500 });
  expect(readdirSync(join(store, "stores"))).toHaveLength(1);
  expect(readdirSync(folder).toSorted()).toEqual(["cache", "corpus"]);
  expect(readdirSync(dirname(corpus))).toEqual(["town.jsonl"]);
  expect(readFileSync(corpus, "utf8")).toBe(before);
  await expect(scan({ maxTokens: 600 })).rejects.toMatchObject({ data: { code: "store-other" } });
  expect(await scan({ maxTokens: 600, replace: true })).toMatchObject({ state: "finished", tokens: 600 });
});

it("is refused in a workspace that is not trusted, and where nothing can be scanned", async () => {
  await enter({ initializationOptions: { trusted: false } });
  await expect(scan()).rejects.toThrow("not trusted");
  await user!.leave();
  await enter();
  await expect(scan({ corpus: [] })).rejects.toThrow("corpus");
  await expect(scan({ corpus: ["town.jsonl"] })).rejects.toThrow("absolute");
  await expect(scan({ corpus: [join(folder, "none.txt")] })).rejects.toThrow("no file or folder");
  await expect(scan({ sae: "none" })).rejects.toThrow("Name one of");
  await expect(scan({ maxTokens: 0 })).rejects.toThrow("maxTokens");
  expect(existsSync(join(store, "stores"))).toBe(false);
});

it("answers hovers while it scans, and pauses by the button of its progress", async () => {
  write(600);
  await enter();
  const uri = await user!.open("story.txt", "Anna lost her lantern at the mill and wept.");
  await user!.inspect(uri);
  const reading = user!.ask<ScanAnswer>("steerscope/scan", { corpus: [corpus] });
  const isReading = () => user!.progress.some(({ value }) => /tokens\/s/.test(value.message ?? ""));
  while (!isReading()) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await user!.hoverOver(uri, "lantern")).toContain("Surprisal");
  await user!.edit(uri, "wept", "laughed");
  expect((await user!.inspect(uri)).tokens.map(({ text }) => text).join("")).toContain("laughed");
  const { token } = user!.progress.find(({ value }) => /tokens\/s/.test(value.message ?? ""))!;
  await user!.connection.sendNotification("window/workDoneProgress/cancel", { token });
  expect((await reading).state).toBe("paused");
});
