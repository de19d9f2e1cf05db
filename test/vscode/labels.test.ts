import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { EngineHost } from "../../server/src/host/engine-host.ts";
import { scan } from "../../server/src/scan/scan.ts";
import { usualStore } from "../../server/src/scan/stores.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { Oracle } from "../protocol/oracle.ts";
import { ExplorerPage } from "./explorer-page.ts";
import { FeaturePage } from "./feature-page.ts";
import { story, useBrowser } from "./session.ts";

useBrowser();

const root = path.resolve(import.meta.dirname, "../..");
const documents = [...generate({ n: 500, seed: 5, split: "train" })];
const folder = mkdtempSync(path.join(tmpdir(), "steerscope-label-story-"));
const assets = path.join(root, "assets");
/** Filled in before the stories run. */
const machineSettings: Record<string, unknown> = { "steerscope.store": folder };
let oracle: Oracle;

beforeAll(async () => {
  oracle = await Oracle.start(documents);
  machineSettings["steerscope.labels.endpoint"] = oracle.base;
  machineSettings["steerscope.labels.model"] = "oracle";
  const corpus = path.join(folder, "town.jsonl");
  writeFileSync(corpus, documents.map(({ text }) => JSON.stringify({ text })).join("\n"));
  const host = new EngineHost({
    module: path.join(root, "dist/engine.js"),
    options: { memoryBudgetMB: 4096, threads: 0, assets, cache: folder },
  });
  const setup = { model: "tinytown", saes: null, device: "cpu" as const };
  const store = usualStore("tinytown", null, { cache: folder, assets });
  const request = { setup, corpus: [corpus], store, field: "text", context: null, maxTokens: null };
  await scan(host, request, () => {}, new CancellationTokenSource().token);
  host.dispose();
}, 180_000);
afterAll(async () => {
  await oracle.close();
  rmSync(folder, { recursive: true });
});

story(
  "a label is made and others are scored from a feature's panel, each beside who made it and what it rests on; the explorer lists it",
  { screenshot: "labels-explorer", machineSettings },
  async (it) => {
    await it.palette("Steerscope: Explore features");
    const explorer = await ExplorerPage.showing(it);
    await explorer.field("Label").selectOption("With a label");
    await explorer.field("Dead or dense").selectOption("live");
    await explorer.field("Sort").selectOption("frequency");
    // Of a list that is still on its way no row can be opened.
    const isBusy = () => explorer.grid().getAttribute("aria-busy");
    await expect.poll(isBusy, { timeout: 30_000 }).toBe("false");
    const often = async () => Number.parseFloat(await explorer.row(1).locator(".frequency").innerText());
    await expect.poll(often, { timeout: 30_000 }).toBeGreaterThan(2);
    await explorer.grid().focus();
    await it.page.keyboard.press("Enter");
    const tab = it.page.locator(".tab").filter({ hasText: /^Feature \d+/ });
    const feature = Number(/\d+/.exec(await tab.innerText({ timeout: 30_000 }))![0]);
    const panel = await FeaturePage.showing(it, feature);
    expect(oracle.questions).toEqual([]);

    await panel.button("Label automatically…").click();
    await it.pick("The configured endpoint");
    const made = panel.labels().filter({ hasText: "automatic" });
    await made
      .filter({ hasText: /by oracle \(127\.0\.0\.1:\d+\), \d{4}-\d\d-\d\d/ })
      .waitFor({ timeout: 60_000 });
    await made.filter({ hasText: /detection \d\.\d\d · fuzzing \d\.\d\d · judged by oracle/ }).waitFor();
    expect(oracle.questions.length).toBeGreaterThan(1);

    // What came with the SAE is judged on the same texts.
    const truth = panel.labels().filter({ hasText: "ground truth" });
    await truth.getByRole("button", { name: "Score" }).click();
    await it.pick("The configured endpoint");
    await truth.filter({ hasText: /f1 .*detection .*judged by oracle/ }).waitFor({ timeout: 60_000 });

    await it.palette("Steerscope: Feature panel: label automatically…");
    await it.pick("A list of the tokens it fires on");
    await panel.labels().filter({ hasText: "no language model" }).waitFor({ timeout: 60_000 });
    await it.screenshot("labels-panel");
    expect(await panel.seriousProblems()).toEqual([]);

    await it.palette("Steerscope: Explore features");
    const again = await ExplorerPage.showing(it);
    await again.field("Label").selectOption("By: automatic");
    await again.waitForStatus(/^1 of/);
    await expect.poll(async () => (await again.read(1)).feature, { timeout: 15_000 }).toBe(feature);
  },
);
