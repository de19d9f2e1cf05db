import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Latent } from "../../server/src/analysis/feature.ts";
import type { FeaturesAnswer } from "../../server/src/protocol/explore.ts";
import { type FeatureResult, LABEL_FILE } from "../../server/src/protocol/feature.ts";
import { fullFeature } from "../unit/webview/feature-data.ts";
import { User, workspaceFolder } from "./user.ts";

let user: User;
let folder: string;
const asked: Latent[] = [];
const features = {
  async feature(latent: Latent) {
    asked.push(latent);
    const { statistics, weights } = fullFeature;
    return latent.feature === 5 ? null : { statistics, weights, notes: ["From a fake store."] };
  },
};
beforeEach(async () => {
  asked.length = 0;
  folder = mkdtempSync(join(tmpdir(), "steerscope-labels-"));
  user = await User.inBand({ settings: { saes: ["toy"] }, features, folder });
});
afterEach(async () => {
  await user.leave();
  rmSync(folder, { recursive: true });
});

const feature = (feature: number) => user.ask<FeatureResult>("steerscope/feature", { sae: "toy", feature });
const label = (feature: number, text: string) =>
  user.ask<{ file: string }>("steerscope/labelFeature", { sae: "toy", feature, text });

it("adds what a store knows, and says where it knows nothing", async () => {
  const full = await feature(20);
  expect(full).toMatchObject({ statistics: fullFeature.statistics, weights: fullFeature.weights });
  expect(full.notes).toEqual(["From a fake store."]);
  expect(asked).toMatchObject([{ model: { id: "tinytown" }, sae: { id: "toy", width: 100 }, feature: 20 }]);
  const none = await feature(5);
  expect(none).toMatchObject({ statistics: null, weights: null });
  expect(none.notes[0]).toContain("--sae toy");
});

it("shows labels with who made them, and figures only where they are known", async () => {
  let labels: FeatureResult[] = [];
  for (let i = 20; i < 70; i++) labels = [...labels, await feature(i)];
  const found = labels.filter((it) => it.labels.length > 0);
  expect(found).toMatchObject([
    { labels: [{ text: "a cat", maker: "fake", source: "imported", scores: {}, from: null }] },
  ]);
  expect(found[0].known).toMatchObject({ maximum: 10, measuredOn: "nothing at all" });
  expect((await feature(8)).known).toMatchObject({ maximum: null });
});

it("keeps the user's labels in a text file, comments and other lines as they were", async () => {
  const { file } = await label(20, "  a first\nlabel ");
  expect(file).toBe(join(folder, LABEL_FILE));
  expect(readFileSync(file, "utf8")).toBe(
    "# Labels of features, written by people: model → SAE → feature → label.\n\ntinytown:\n  toy:\n    20: a first label\n",
  );
  const written = readFileSync(file, "utf8").replace(
    "label\n",
    "label # agreed with Emma\n    # dubious:\n    31: b\n",
  );
  writeFileSync(file, written);
  await Promise.all([label(21, "x: y"), label(20, "another"), label(31, "")]);
  const after = readFileSync(file, "utf8");
  expect(after).toContain("    20: another # agreed with Emma\n");
  expect(after).toContain('    21: "x: y"\n');
  expect(after).not.toContain("31:");
  expect((await feature(20)).labels[0]).toEqual({
    text: "another",
    source: "user",
    maker: LABEL_FILE,
    scores: {},
    from: null,
  });
  await label(20, "");
  await label(21, "");
  expect(readFileSync(file, "utf8")).not.toContain("tinytown");
  expect((await feature(20)).labels.filter((it) => it.source === "user")).toEqual([]);
});

it.each([
  "tinytown: [",
  "just a text",
  "- 1",
  "tinytown: x",
  "tinytown: { toy: 3 }",
  "tinytown: { toy: { 20: a, 20: b } }",
])("leaves a file alone that it cannot read: %s", async (text) => {
  const { file } = await label(20, "x");
  writeFileSync(file, text);
  await expect(label(20, "y")).rejects.toThrow("Correct the file");
  expect(readFileSync(file, "utf8")).toBe(text);
  expect((await feature(20)).notes.at(-1)).toContain(file);
});

it("never writes through a link to another file", async () => {
  const { file } = await label(20, "x");
  const other = join(folder, "other.yaml");
  writeFileSync(other, "tinytown: {}\n");
  rmSync(file);
  symlinkSync(other, file);
  await label(20, "y");
  expect(readFileSync(other, "utf8")).toBe("tinytown: {}\n");
  expect(readFileSync(file, "utf8")).toContain("20: y");
});

it("says that labels need a folder where none is open", async () => {
  await user.leave();
  user = await User.inBand({ settings: { saes: ["toy"] }, folder: null });
  await expect(label(20, "x")).rejects.toThrow("Open one first");
});

it("refuses a label that is too long rather than cutting it, and writes nothing for one that is not there", async () => {
  await expect(label(20, "😀".repeat(251))).rejects.toThrow("at most 500 characters; this one has 502");
  const { file } = await label(20, " ");
  expect(existsSync(file)).toBe(false);
  await label(20, `${"x".repeat(500)} `);
  expect((await feature(20)).labels[0].text).toHaveLength(500);
});

it("keeps labels in the folder of the file, open or closed, and in none that is only named alike", async () => {
  const [ws, ws2] = [join(folder, "ws"), join(folder, "ws2")];
  for (const it of [ws, ws2]) mkdirSync(it);
  await user.leave();
  user = await User.inBand({ settings: { saes: ["toy"] }, folder: ws });
  const at = (path: string) => ({ sae: "toy", feature: 20, labelsFor: pathToFileURL(path).href });
  const write = (path: string) =>
    user.ask<{ file: string }>("steerscope/labelFeature", { ...at(path), text: path });
  await expect(write(join(ws2, "a.prompt"))).rejects.toThrow("outside the workspace");
  const change = (added: string[], removed: string[]) =>
    user.connection.sendNotification("workspace/didChangeWorkspaceFolders", {
      event: { added: added.map(workspaceFolder), removed: removed.map(workspaceFolder) },
    });
  await change([ws2], []);
  expect((await write(join(ws2, "a.prompt"))).file).toBe(join(ws2, LABEL_FILE));
  expect((await write(join(ws, "a.prompt"))).file).toBe(join(ws, LABEL_FILE));
  const { labels } = await user.ask<FeatureResult>("steerscope/feature", at(join(ws2, "a.prompt")));
  expect(labels[0].text).toBe(join(ws2, "a.prompt"));
  const list = (path: string) =>
    user.ask<FeaturesAnswer>("steerscope/features", {
      ...{ labelsFor: pathToFileURL(path).href, query: { source: "user" }, offset: 0, count: 9 },
    });
  expect((await list(join(ws2, "a.prompt"))).rows.map((it) => it.label)).toEqual([join(ws2, "a.prompt")]);
  await change([], [ws, ws2]);
  await expect(write(join(ws, "a.prompt"))).rejects.toThrow("no folder is open");
});

it("shows the user's labels in hovers and in what fires on a token, and no broken label file stops them", async () => {
  const uri = pathToFileURL(join(folder, "a.txt")).href;
  await user.open(uri, "one two");
  const ranked = async () => (await user.inspect(uri, { ranked: true })).tokens.at(-1)!.features;
  const [{ feature: fires }] = await ranked();
  const { file } = await label(fires, "my very own");
  expect(await user.hoverOver(uri, "two")).toContain("my very own");
  expect((await ranked())[0]).toMatchObject({ feature: fires, label: "my very own" });
  writeFileSync(file, "- : [");
  expect(await user.hoverOver(uri, "two")).not.toContain("my very own");
});
