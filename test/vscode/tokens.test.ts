import path from "node:path";
import { expect } from "vitest";
import { writeSettings } from "./codeServer.ts";
import { FeaturePage } from "./feature-page.ts";
import { story, useBrowser } from "./session.ts";
import { TokensPage } from "./tokens-page.ts";

useBrowser();

const themes = [
  ["Default Light Modern", "vscode-light", "light"],
  ["Default High Contrast", "vscode-high-contrast", "high-contrast"],
  ["Default High Contrast Light", "vscode-high-contrast-light", "high-contrast-light"],
  ["Default Dark Modern", "vscode-dark", "dark"],
];

story(
  "the tokens panel shows what every layer predicts after a token and its features, leads into the text, follows the cursor and comes back",
  { screenshot: "tokens-restored" },
  async (it) => {
    const panel = await TokensPage.open(it);
    const guesses = await panel.guesses("laughed");
    expect(guesses).toHaveLength(6);
    expect(await panel.token("<|im_start|>").first().isVisible()).toBe(true);
    await it.screenshot("tokens-all");

    // A click on the token puts the cursor there: what is typed replaces it.
    await panel.token("laughed").click();
    const rows = await panel.features("laughed");
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(row.join(" · ")).toMatch(/ · \d+ · .+ · [\d.]+ \d+ % of its/);
    expect(rows.some(([, , label]) => label !== "no label")).toBe(true);
    await it.waitForStatus(/Ln \d+, Col \d+ \(8 selected\)/);
    await it.page.keyboard.type(" wept", { delay: 20 });
    await it.waitForLine(/and wept/);
    await panel.token("wept").waitFor({ timeout: 15_000 });
    for (let i = 0; i < 2; i++) await it.page.keyboard.press("Control+Z");
    await it.waitForLine(/and laughed/);
    await panel.token("laughed").waitFor({ timeout: 15_000 });

    // A click on a guess shows what else that layer thinks of; keys lead on.
    await panel.guesses("laughed");
    await panel.row("laughed").locator(".layer").nth(2).click();
    const detail = await panel.detail("laughed");
    await detail.getByText("Layer 2 predicts").waitFor();
    expect(await detail.locator("ol li").count()).toBe(5);
    await panel.grid().focus();
    await it.page.keyboard.press("ArrowRight");
    expect(await panel.active()).toMatch(/^layer 3 predicts “.*”, .* %; what comes next, “.*”, is rank/);
    await it.page.keyboard.press("End");
    expect(await panel.active()).toMatch(/^layer 5 /);
    await it.screenshot("tokens-last-layer");
    for (const _ of [5, 4]) await it.page.keyboard.press("ArrowLeft");
    await it.page.keyboard.press("ArrowUp");
    expect((await panel.selected()).trim()).toBe("and");
    await panel.detail("and");
    // The text goes along, without taking the keys: four characters are selected there now, not eight.
    const selection = it.page.locator(".monaco-editor .selected-text").first();
    await expect
      .poll(async () => (await selection.boundingBox())?.width, { timeout: 10_000 })
      .toBeLessThan(50);

    // The panel goes along with the cursor.
    await it.typeBefore("cheerful", "");
    await expect.poll(() => panel.selected(), { timeout: 10_000 }).toContain("cheerful");
    expect(await panel.active()).toMatch(/^layer 3 /);

    await panel.frame.getByLabel("Shading").selectOption("next");
    await panel.token("garden").click();
    await panel.row("garden").locator(".layer").nth(1).click();
    await it.reload();
    const restored = await TokensPage.showing(it, 60_000);
    await restored.detail("garden");
    expect(await restored.frame.getByLabel("Shading").inputValue()).toBe("next");
    await restored.guesses("garden");
    expect(await restored.active()).toMatch(/^layer 1 /);

    const link = (await restored.detail("garden")).locator("button.link").first();
    const feature = Number(await link.innerText());
    await link.click();
    await FeaturePage.showing(it, feature);
  },
);

story(
  "the tokens panel is readable in every theme and open to screen readers, whatever its cells show",
  { screenshot: "tokens-features" },
  async (it) => {
    const panel = await TokensPage.open(it);
    for (const [theme, kind, name] of themes) {
      writeSettings(path.join(it.server.workspace, ".vscode"), { "workbench.colorTheme": theme });
      const classes = () => panel.body().getAttribute("class");
      await expect.poll(classes, { timeout: 15_000 }).toContain(kind);
      await panel.guesses("sunny");
      expect(await panel.seriousProblems()).toEqual([]);
      await it.screenshot(`tokens-${name}`);
    }
    await panel.frame.getByLabel("Shading").selectOption("next");
    expect(await panel.seriousProblems()).toEqual([]);
    await it.screenshot("tokens-surprise");
    await panel.frame.getByLabel("Cells").selectOption("features");
    await panel.guesses("sunny");
    expect(await panel.seriousProblems()).toEqual([]);
  },
);
