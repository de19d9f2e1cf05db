import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { FeaturesAnswer } from "../../server/src/protocol/explore.ts";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import type { CompleteParams, ExplainedFeature, ScanAnswer } from "../../server/src/protocol/requests.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { Oracle } from "./oracle.ts";
import { User, type UserOptions } from "./user.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = [...generate({ n: 400, seed: 5, split: "train" })];
let folder: string;
let corpus: string;
let store: string;
let oracle: Oracle;
let user: User | undefined;
/** A latent with enough examples, and the SAE that it belongs to. */
let sae: string;
let feature: number;

const labels = () => ({ endpoint: oracle.base, model: "oracle", keyVariable: "" });
const enter = async (options: UserOptions = {}): Promise<User> => {
  user = await User.inBand({
    ...{ embedded: true, folder, ...options },
    settings: { store, labels: labels(), ...options.settings },
  });
  return user;
};
const scan = (params: object = {}) =>
  user!.ask<ScanAnswer>("steerscope/scan", { corpus: [corpus], sae, ...params });
const explain = (params: object = {}) =>
  user!.ask<ExplainedFeature>("steerscope/explainFeature", { sae, feature, by: "endpoint", ...params });
const known = (of = feature) => user!.ask<FeatureResult>("steerscope/feature", { sae, feature: of });
const list = (query: object, count = 9) =>
  user!.ask<FeaturesAnswer>("steerscope/features", { query: { sae, ...query }, offset: 0, count });
const labelFolder = () => join(store, "labels");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-labelling-"));
  corpus = join(folder, "town.jsonl");
  store = join(folder, "cache");
  writeFileSync(corpus, documents.map(({ text }) => JSON.stringify({ text })).join("\n"));
  oracle = await Oracle.start(documents);
  await enter();
  sae = (await user!.ask<FeaturesAnswer>("steerscope/features", { query: {}, offset: 0, count: 0 })).saes[0]
    .id;
  await scan();
  const { rows } = await list({ activity: "live", sort: "score", labelled: true }, 100);
  // One that is labelled well, and fires often enough to be tested.
  const [often] = rows.toSorted((a, b) => b.frequency! - a.frequency!);
  feature = often.feature;
  await user!.leave();
  user = undefined;
}, 300_000);
beforeEach(() => {
  oracle.questions.length = 0;
});
afterEach(async () => {
  await user?.leave();
  user = undefined;
  rmSync(labelFolder(), { recursive: true, force: true });
  rmSync(join(folder, ".vscode"), { recursive: true, force: true });
});
afterAll(async () => {
  await oracle.close();
  rmSync(folder, { recursive: true });
});

it("labels a feature and scores it, after which it stands beside the others, in the list too", async () => {
  await enter();
  const before = await known();
  expect(before.labels.length).toBeGreaterThan(0);
  expect((await list({ source: "automatic" })).total).toBe(0);
  const { label, file, notes } = await explain();
  expect(notes).toEqual([]);
  const host = new URL(oracle.base).host;
  expect(label).toMatchObject({ source: "automatic", maker: `oracle (${host})`, from: null });
  expect(Object.keys(label.scores)).toEqual(["detection", "fuzzing"]);
  expect(label.scoring).toMatchObject({ judge: `oracle (${host})`, unread: 0, verified: true });
  expect(Date.parse(label.made!)).toBeGreaterThan(0);
  expect((await known()).labels).toEqual([...before.labels, label]);
  const found = await list({ source: "automatic" });
  expect(found.rows.map((row) => row.feature)).toEqual([feature]);
  const [word] = label.text.split(" ").slice(-1);
  expect((await list({ words: word, source: "automatic" })).rows.map((row) => row.feature)).toContain(
    feature,
  );
  // One object a line, that people can read.
  expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify({ feature, ...label })}\n`);
  const titles = user!.progress.filter(({ value }) => value.kind === "begin");
  expect(titles.map(({ value }) => (value as { title?: string }).title)).toContain(
    `Labelling feature ${feature} of ${sae}`,
  );
  expect(user!.progress.at(-1)!.value.kind).toBe("end");
});

it("keeps labels through a scan of another text and a restart", async () => {
  const settings = { store: join(folder, "other"), labels: labels() };
  await enter({ settings });
  await scan({ maxTokens: 6000 });
  const { label } = await explain({ by: "tokens" });
  expect(label).toMatchObject({ maker: "tokens it fires on (no language model)" });
  await scan({ maxTokens: 3000, replace: true });
  expect((await known()).labels).toContainEqual(label);
  await user!.leave();
  await enter({ settings });
  expect((await known()).labels).toContainEqual(label);
});

it("scores a label that somebody wrote; another text is unscored again", async () => {
  await enter();
  await user!.ask("steerscope/labelFeature", { sae, feature, text: "my own" });
  const own = { text: "my own", source: "user" };
  const { label } = await explain({ label: own });
  expect(label).toMatchObject({ ...own, scores: { detection: 0.5, fuzzing: 0.5 } });
  expect((await known()).labels[0]).toEqual(label);
  const truth = (await known()).labels[1];
  const scored = await explain({ label: { text: truth.text, source: truth.source } });
  expect(scored.label.scores).toMatchObject(truth.scores);
  expect(scored.label.scores.detection).toBeGreaterThan(0.5);
  expect((await known()).labels).toEqual([label, scored.label]);
  await user!.ask("steerscope/labelFeature", { sae, feature, text: "another" });
  expect((await known()).labels[0]).toMatchObject({ text: "another", scores: {} });
  expect((await known()).labels[0].scoring).toBeUndefined();
  await expect(explain({ label: own })).rejects.toThrow("no label “my own”");
});

it("sends nothing to anybody where nothing is configured, or nothing was asked for", async () => {
  await enter({ settings: { labels: { endpoint: "", model: "", keyVariable: "" } } });
  await known();
  await expect(explain()).rejects.toMatchObject({ data: { code: "endpoint-not-configured" } });
  await expect(explain({ by: "editor" })).rejects.toMatchObject({ data: { code: "editor-model-failed" } });
  await explain({ by: "tokens" });
  await user!.leave();
  await enter();
  await known();
  await list({});
  await explain({ by: "tokens" });
  expect(oracle.questions).toEqual([]);
});

it("asks the editor's language model through the client, and says what it says where there is none", async () => {
  await enter({ initializationOptions: { languageModel: true } });
  let problem = "";
  user!.connection.onRequest("steerscope/complete", ({ messages }: CompleteParams) => {
    if (problem) throw new Error(problem);
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    const texts = messages[1].content.match(/^Text \d+:/gm)!;
    const asksLabel = !messages[1].content.includes("active on:");
    return { text: asksLabel ? "something" : `[${texts.map(() => 1)}]`, model: "A model" };
  });
  const { label } = await explain({ by: "editor" });
  expect(label).toMatchObject({
    text: "something",
    maker: "A model (editor)",
    scores: { detection: 0.5, fuzzing: 0.5 },
    scoring: { judge: "A model (editor)" },
  });
  problem = "The editor has no language model to offer.";
  await expect(explain({ by: "editor" })).rejects.toThrow("no language model to offer");
  expect(oracle.questions).toEqual([]);
});

it("ends when it is cancelled, by the request or the progress, and keeps nothing", async () => {
  const waits = createServer(() => {});
  await new Promise<void>((resolve) => waits.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(waits.address() as AddressInfo).port}`;
  try {
    await enter({ settings: { labels: { endpoint, model: "m", keyVariable: "" } } });
    const source = new CancellationTokenSource();
    const asked = new Promise((resolve) => waits.once("request", resolve));
    const first = user!.ask("steerscope/explainFeature", { sae, feature, by: "endpoint" }, source.token);
    await asked;
    source.cancel();
    await expect(first).rejects.toThrow("cancelled");
    const again = new Promise((resolve) => waits.once("request", resolve));
    const second = explain();
    await again;
    const shown = () => user!.progress.at(-1)!;
    while (shown().value.message !== "Labelling …") await new Promise((resolve) => setTimeout(resolve, 5));
    const { token } = shown();
    await user!.connection.sendNotification("window/workDoneProgress/cancel", { token });
    await expect(second).rejects.toThrow("cancelled");
    expect(existsSync(labelFolder())).toBe(false);
  } finally {
    waits.closeAllConnections();
    waits.close();
  }
});

it("says what is wrong with the file of labels, and still shows all else", async () => {
  await enter();
  const { file } = await explain({ by: "tokens" });
  writeFileSync(file, "{\n");
  const { labels, notes, statistics } = await known();
  expect(labels.some(({ source }) => source === "automatic")).toBe(false);
  expect(statistics).not.toBeNull();
  expect(notes.join()).toContain(file);
  await expect(explain({ by: "tokens" })).rejects.toThrow("line 1");
});

it("refuses what cannot be done, with what to do", async () => {
  await enter();
  await expect(explain({ by: "nobody" })).rejects.toThrow("endpoint, editor, local, tokens");
  await expect(explain({ by: "tokens", label: { text: "x", source: "user" } })).rejects.toThrow(
    "Only a language model",
  );
  await expect(explain({ feature: 10 ** 6 })).rejects.toThrow("no latent");
  await user!.leave();
  // Under another name no store knows it, the one that ships neither.
  const copy = join(folder, "copy");
  cpSync(join(root, "assets/tinytown/saes", sae), copy, { recursive: true });
  await enter({ settings: { store: join(folder, "elsewhere"), labels: labels(), saes: [copy] } });
  await expect(explain({ sae: "copy" })).rejects.toMatchObject({ data: { code: "label-needs-examples" } });
});

/** Runs dist/cli.js, which `npm test` builds before, on the embedded model. */
async function steerscope(...args: string[]) {
  const { STEERSCOPE_ENGINE_MODULE: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), ...args], {
    cwd: folder,
    env: { ...env, STEERSCOPE_CACHE: store, NO_COLOR: "1" },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: child.exitCode ?? (await once(child, "close"))[0], stdout, stderr };
}

it("labels many latents on the command line, goes on where it stopped, and shows what it made", async () => {
  const first = await steerscope("explain", sae, String(feature), "--json");
  expect(first.status).toBe(0);
  const made = JSON.parse(first.stdout);
  expect(made).toMatchObject({ schema: "steerscope.explain/1", skipped: [], left: [] });
  expect(made.labels).toMatchObject([{ feature, source: "automatic", notes: [] }]);
  const [from, to] = [Math.max(0, feature - 2), feature + 2];
  const second = JSON.parse((await steerscope("explain", sae, `${from}-${to}`, "--json")).stdout);
  expect(second.skipped).toEqual([feature]);
  const done = [...second.labels, ...second.failed].map((it: { feature: number }) => it.feature);
  expect(done.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((it) => it !== feature),
  );
  for (const { problem } of second.failed) expect(problem.code).toBe("label-needs-examples");
  expect((await steerscope("explain", sae, String(feature), "--again")).stdout).toMatch(
    /^\d+: fires on .* \(tokens it fires on \(no language model\): automatic, detection [\d.]+, fuzzing /,
  );
  expect((await steerscope("feature", sae, String(feature))).stdout).toContain(made.labels[0].text);
  // What the command line made, the editor shows.
  await enter();
  expect((await known()).labels.some(({ source }) => source === "automatic")).toBe(true);
});

it("scores the labels that there are on the command line, once; a label that is only tried is not kept", async () => {
  const through = ["--endpoint", oracle.base, "--endpoint-model", "oracle"];
  const own = join(folder, ".vscode", "steerscope-labels.yaml");
  mkdirSync(dirname(own));
  writeFileSync(own, `tinytown:\n  ${sae}:\n    ${feature}: my own\n`);
  const score = [...["explain", sae, String(feature), "--score-only", "--json"], ...through];
  const first = JSON.parse((await steerscope(...score)).stdout);
  expect(first.labels).toMatchObject([
    { feature, text: "my own", source: "user", scores: { detection: 0.5, fuzzing: 0.5 } },
    { feature, source: "ground truth", scoring: { unread: 0 } },
  ]);
  expect(first.labels[1].scores.detection).toBeGreaterThan(0.5);
  const asked = oracle.questions.length;
  expect(JSON.parse((await steerscope(...score)).stdout)).toMatchObject({ labels: [], skipped: [feature] });
  expect(oracle.questions).toHaveLength(asked);
  const { text: truth } = first.labels[1];
  const before = readFileSync(first.file, "utf8");
  const tried = await steerscope("explain", sae, String(feature), "--label", truth, "--json", ...through);
  expect(JSON.parse(tried.stdout)).toMatchObject({ file: null, labels: [{ text: truth }] });
  expect(readFileSync(first.file, "utf8")).toBe(before);
  expect((await steerscope("feature", sae, String(feature))).stdout).toMatch(
    /ground truth, f1 .*detection .*judged by oracle/,
  );
});

it("asks for an endpoint on the command line where only a language model can do it", async () => {
  const score = await steerscope("explain", sae, String(feature), "--score-only");
  expect(score.status).toBe(1);
  expect(score.stderr).toContain("--endpoint");
  const two = await steerscope("explain", sae, "1", "2", "--label", "x", "--endpoint", "http://x");
  expect(two.stderr).toContain("one latent");
  expect((await steerscope("explain", sae, "3-1")).status).toBe(2);
  expect((await steerscope("explain", sae)).status).toBe(2);
});
