import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { fullFeature, hostile } from "../unit/webview/feature-data.ts";
import { writeSettings } from "./codeServer.ts";
import { FeaturePage } from "./feature-page.ts";
import { story, useBrowser } from "./session.ts";
import type { Workbench } from "./workbench.ts";

useBrowser();

/** Lines of a hover that name a feature. */
const featureLine = /· (\d+) · ([^·\n]+) · \d/g;
const themes = [
  ["Default Light Modern", "vscode-light", "light"],
  ["Default High Contrast", "vscode-high-contrast", "high-contrast"],
  ["Default Dark Modern", "vscode-dark", "dark"],
];

/** Opens the panel of the hover's first feature. */
async function openFromHover(
  it: Workbench,
): Promise<{ panel: FeaturePage; feature: number; others: number[] }> {
  const hover = await it.hoverWord("laughed", /· \d+ · (?!no label)[^·\n]+ · \d/);
  const [feature, ...others] = [...hover.matchAll(featureLine)].map((match) => Number(match[1]));
  await it.followHoverLink("open", `Open feature ${feature}`);
  await it.page.mouse.move(600, 700, { steps: 3 });
  await it.page.keyboard.press("Escape");
  return { panel: await FeaturePage.showing(it, feature), feature, others };
}

story(
  "a hover opens a feature's panel, which leads to the text, to other features, and comes back after a reload",
  { screenshot: "feature-restored" },
  async (it) => {
    const { panel, feature, others } = await openFromHover(it);
    const occurrence = panel.occurrenceOf("laughed");
    const line = /line (\d+)$/.exec((await occurrence.getAttribute("title"))!)![1];
    await it.screenshot("feature-live");
    await occurrence.click();
    await it.waitForStatus(new RegExp(`Ln ${line}, Col \\d+ \\(\\d+ selected\\)`));
    // The cursor is there: what is typed replaces what was selected.
    // (Without a space, which would be a step of its own to take back.)
    await it.page.keyboard.type("grinned", { delay: 20 });
    await it.waitForLine(/grinned/);
    await it.page.keyboard.press("Control+Z");
    await it.waitForLine(/laughed/);

    expect(others.length).toBeGreaterThan(0);
    await it.palette("Steerscope: Open a feature…");
    await it.pick(`· ${others[0]}`);
    await panel.waitForFeature(others[0]);
    await panel.button("Back").click();
    await panel.waitForFeature(feature);
    const tokens = await panel.try("Anna laughed aloud");
    for (const token of tokens)
      expect(token).toMatch(/^“.*”: (not active|[\d.]+|the SAE was not made for this token)$/);

    // The store that ships has examples and scores.
    const shown = await panel.body().innerText();
    expect(shown).toMatch(/Output score [01]\.\d{3}:/);
    expect(shown).toMatch(/Strongest \(\d+\)/);

    await panel.button("Write a label…").click();
    await it.page.locator(".quick-input-widget input.input").fill("my own label");
    await it.page.keyboard.press("Enter");
    await panel.labels().filter({ hasText: "my own label" }).filter({ hasText: "unscored" }).waitFor();
    const file = path.join(it.server.workspace, ".vscode/steerscope-labels.yaml");
    expect(readFileSync(file, "utf8")).toContain(`    ${feature}: my own label\n`);

    await panel.button("Show where it fires").click();
    await it.waitForDecorations((count) => count > 0);

    await it.reload();
    const restored = await FeaturePage.showing(it, feature, 60_000);
    await restored.labels().filter({ hasText: "my own label" }).waitFor();
    await restored.occurrences().first().waitFor({ timeout: 30_000 });
  },
);

story(
  "a feature of which all is known is readable in every theme, harmless whatever its texts are, and open to screen readers",
  { screenshot: "feature-neighbour" },
  async (it) => {
    const { panel } = await openFromHover(it);
    const target = { uri: "", sae: fullFeature.sae.id, feature: fullFeature.feature };
    const show = { type: "show", target, answer: fullFeature, back: true, forward: false } as const;
    for (const [theme, kind, name] of themes) {
      writeSettings(path.join(it.server.workspace, ".vscode"), { "workbench.colorTheme": theme });
      await panel
        .body()
        .and(it.page.locator("*"))
        .first()
        .waitFor()
        .catch(() => {});
      await expect.poll(() => panel.body().getAttribute("class"), { timeout: 15_000 }).toContain(kind);
      await panel.receive(show);
      await panel.waitForFeature(fullFeature.feature);
      expect(await panel.seriousProblems()).toEqual([]);
      await panel.body().evaluate(() => window.scrollTo(0, 0));
      await it.screenshot(`feature-${name}`);
      await panel.body().evaluate((body) => body.querySelector("section:nth-of-type(3)")?.scrollIntoView());
      await it.screenshot(`feature-${name}-below`);
      await panel.body().evaluate((body) => body.querySelector("section:last-of-type")?.scrollIntoView());
      await it.screenshot(`feature-${name}-end`);
    }
    for (const text of [hostile.html, hostile.script])
      await expect.poll(() => panel.body().innerText()).toContain(text.slice(0, 40));
    expect(
      await panel.body().evaluate((body) => [body.dataset.hacked, body.querySelectorAll("img").length]),
    ).toEqual([undefined, 0]);
    // Nothing is wider than the page, however long a text is.
    const [own, inner] = await panel.body().evaluate((body) => [body.clientWidth, body.scrollWidth]);
    expect(inner).toBeLessThanOrEqual(own);

    const strip = panel.listbox().first();
    await strip.locator('[tabindex="0"]').focus();
    await it.page.keyboard.press("ArrowRight");
    expect(await strip.locator('[aria-selected="true"]').getAttribute("title")).toBe("“ and”: 3.20");

    const [neighbour] = fullFeature.weights!.neighbours;
    await panel.button(`${neighbour.feature} · mood: proud`).click();
    await panel.waitForFeature(neighbour.feature);
  },
);
