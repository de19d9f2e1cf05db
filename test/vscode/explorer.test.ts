import path from "node:path";
import { expect } from "vitest";
import { writeSettings } from "./codeServer.ts";
import { ExplorerPage } from "./explorer-page.ts";
import { FeaturePage } from "./feature-page.ts";
import { story, useBrowser } from "./session.ts";
import type { Workbench } from "./workbench.ts";

useBrowser();

const themes = [
  ["Default Light Modern", "vscode-light", "light"],
  ["Default High Contrast", "vscode-high-contrast", "high-contrast"],
  ["Default Dark Modern", "vscode-dark", "dark"],
];

/** Types a word of some label, and opens the first feature that is found. */
async function openByWord(it: Workbench, explorer: ExplorerPage): Promise<{ word: string }> {
  await explorer.field("Label").selectOption("With a label");
  const before = await explorer.waitForStatus(/^[\d,]+ of [\d,]+ features of tinytown$/);
  const { label } = await explorer.read(1);
  const word = label
    .split(/\W+/)
    .filter((part) => part.length > 2)
    .at(-1)!;
  await explorer.field("Search").fill(word);
  await expect.poll(() => explorer.status().innerText(), { timeout: 10_000 }).not.toBe(before);
  expect((await explorer.read(1)).label.toLowerCase()).toContain(word.toLowerCase());
  const total = Number((await explorer.waitForStatus(/^\d+ of/)).split(" ")[0]);
  // What was listed before is gone from the screen.
  expect(await explorer.visibleRows()).toBeLessThanOrEqual(total);
  await explorer.grid().focus();
  const { feature } = await explorer.read(1);
  await it.page.keyboard.press("Enter");
  await FeaturePage.showing(it, feature);
  return { word };
}

story(
  "the explorer finds a feature by a word of its label and opens it, in every theme; the tree leads to an SAE's features",
  { screenshot: "explorer-tree" },
  async (it) => {
    await it.palette("Steerscope: Explore features");
    let explorer = await ExplorerPage.showing(it);
    const all = await explorer.waitForStatus(/^[\d,]+ features of tinytown$/);
    await it.screenshot("explorer-all");
    expect(await explorer.frame.locator('.space [role="row"]').count()).toBeLessThanOrEqual(60);

    const { word } = await openByWord(it, explorer);
    await it.screenshot("explorer-feature");
    // The feature stands in the explorer's column, over it: the text keeps its room.
    expect(await it.page.locator(".editor-group-container").count()).toBe(2);
    await it.palette("Steerscope: Explore features");
    explorer = await ExplorerPage.showing(it);

    // A screenshot of a single panel shows more of it.
    await it.page.keyboard.press("Escape");
    await explorer.field("Search").fill("");
    await explorer.waitForStatus(/of/);
    await explorer.frame.getByText("What fires on one text and not on another").click();
    await explorer.field("Fires on").fill("Anna laughed aloud and was happy.");
    await explorer.field("but not on").fill("The invoice is due on Monday.");
    const notes = explorer.frame.locator(".notes");
    await expect.poll(() => notes.innerText(), { timeout: 15_000 }).toMatch(/mean activation/);
    for (const [theme, kind, name] of themes) {
      writeSettings(path.join(it.server.workspace, ".vscode"), { "workbench.colorTheme": theme });
      const body = explorer.frame.locator("body");
      await expect.poll(() => body.getAttribute("class"), { timeout: 15_000 }).toContain(kind);
      await it.screenshot(`explorer-${name}`);
      expect(await explorer.seriousProblems()).toEqual([]);
    }

    await explorer.frame.getByRole("button", { name: "Clear filters" }).click();
    await explorer.waitForStatus(new RegExp(`^${all}$`));
    await explorer.field("Search").fill(word);
    await it.reload();
    const restored = await ExplorerPage.showing(it, 60_000);
    expect(await restored.field("Search").inputValue()).toBe(word);

    await it.page.locator('.activitybar .action-item a[aria-label="Steerscope"]').click();
    const row = it.page.locator(".pane-body .monaco-list-row").filter({ hasText: "resid_post" }).first();
    await row.waitFor({ state: "visible", timeout: 15_000 });
    const sae = (await row.locator(".label-name").innerText()).trim();
    await row.click();
    await expect.poll(() => restored.field("SAE").inputValue(), { timeout: 15_000 }).toBe(sae);
    expect(await restored.field("Search").inputValue()).toBe("");
    const label = restored.row(1).getByRole("gridcell").nth(1);
    await expect.poll(() => label.getAttribute("title"), { timeout: 15_000 }).toContain(`${sae} · 0:`);
    await it.screenshot("explorer-from-tree");

    // Alone it has room for all columns.
    await it.palette("View: Close Other Editors");
    await it.palette("View: Close Editors in Other Groups");
    await restored.row(1).getByText(sae).waitFor({ timeout: 15_000 });
    await it.screenshot("explorer-wide");
    await it.palette("View: Close All Editors");
    await it.page.getByText("No prompt is open.").waitFor({ timeout: 30_000 });
  },
);

story(
  "without an embedding model the explorer says which is missing; with one it lists labels by meaning",
  { screenshot: "explorer-meaning" },
  async (it) => {
    await it.palette("Steerscope: Explore features");
    const explorer = await ExplorerPage.showing(it);
    await explorer.field("Label").selectOption("With a label");
    const labelled = await explorer.waitForStatus(/^[\d,]+ of [\d,]+ features of tinytown$/);
    const { label } = await explorer.read(1);
    await explorer.field("Look").selectOption("By meaning of labels");
    await explorer.field("Search").fill(label);
    const notes = explorer.frame.locator(".notes");
    await expect
      .poll(() => notes.innerText(), { timeout: 15_000 })
      .toMatch(/No sentence-embedding model .*hf download/);
    await explorer.waitForStatus(/^None of/);
    await it.screenshot("explorer-meaning-none");

    // Tiny, with random weights: the same words are the same to it.
    const model = path.resolve(import.meta.dirname, "../parity/embedding/facts/bert-mean");
    writeSettings(path.join(it.server.workspace, ".vscode"), { "steerscope.embeddingModel": model });
    await explorer.waitForStatus(new RegExp(`^${labelled}$`), 30_000);
    expect((await explorer.read(1)).label).toBe(label);
    expect(await explorer.row(1).innerText()).toMatch(/1\.00/);
    expect(await notes.innerText()).toMatch(/pooled by the mean over tokens/);
  },
);
