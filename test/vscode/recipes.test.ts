import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { story, useBrowser } from "./session.ts";

useBrowser();

story(
  "a code action on a word makes a recipe, names it in the prompt and shows it beside; the recipe is explained and completed there",
  { screenshot: "recipe" },
  async (it) => {
    await it.hoverWord("cheerful", /Surprisal/, 90_000);
    await it.page.keyboard.press("Escape");
    await it.typeBefore("cheerful", "");
    await it.page.keyboard.press("ArrowRight");
    await it.page.keyboard.press("Control+.");
    const action = it.page.locator(".action-widget .monaco-list-row").filter({ hasText: "Amplify" }).first();
    await action.click({ timeout: 20_000 });
    await it.waitForLine(/feature: resid_post_\d\w*\/\d+ #/, 30_000);
    await it.waitForLine(/steer: \.\/mood\.steer\.yaml/);
    await it.hoverWord("strength", /How much:[\s\S]*Adds 0\.5 × the median residual norm of/, 60_000);
    // Behind the last line of the recipe, a feature by a word of its label.
    await it.page.locator(".monaco-editor .view-line").filter({ hasText: "strength: 0.5" }).last().click();
    await it.page.keyboard.press("Control+End");
    await it.page.keyboard.type("  - feature: angry", { delay: 40 });
    const offered = it.page.locator(".suggest-widget .monaco-list-row").filter({ hasText: "angry" }).first();
    await offered.waitFor({ state: "visible", timeout: 30_000 });
    await it.page.keyboard.press("Enter");
    await it.waitForLine(/- feature: resid_post_\d\w*\/\d+$/);
    // Nothing was saved that nobody saved.
    const prompt = readFileSync(path.join(it.server.workspace, "mood.prompt"), "utf8");
    expect(prompt).not.toContain("steer:");
  },
);
