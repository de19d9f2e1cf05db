import { expect } from "vitest";
import { ComparePage } from "./compare-page.ts";
import { story, useBrowser } from "./session.ts";
import { TestExplorer } from "./test-explorer.ts";

useBrowser();

/** A recipe with two checks, one that holds of anything and one that holds of nothing. */
const checks = `version: 1
model: tinytown
edits:
- {token: " glad", layers: [3], strength: 0.3}
checks:
- {name: near, prompt: It was a, samples: 2, maxTokens: 4, expect: [{klBelow: 100}]}
- {name: far, prompt: It was a, samples: 2, maxTokens: 4, expect: [{contains: no such words}]}`;

story(
  "a hover leads to a recipe; what it does is compared, and turned by a slider",
  { screenshot: "steering" },
  async (it) => {
    await it.hoverWord("laughed", /· \d+ · (?!no label)[^·\n]+ · \d/, 90_000);
    const link = it.page.locator('.monaco-hover a[title^="Steer with feature"]').first();
    await link.click({ timeout: 10_000 });
    const ways = it.page.locator(".quick-input-list .monaco-list-row");
    await ways
      .filter({ hasText: "Amplify" })
      .filter({ hasText: "output score" })
      .waitFor({ timeout: 20_000 });
    await it.screenshot("steering-ways");
    await it.pick("Amplify");
    await it.waitForLine(/feature: resid_post_\w+\/\d+/, 30_000);
    await it.waitForLine(/steer: \.\/mood\.steer\.yaml/);

    await it.palette("Steerscope: Compare base and steered");
    let compare = await ComparePage.showing(it);
    await compare.settled(90_000);
    const [base, steered] = [await compare.texts("base"), await compare.texts("steered")];
    expect(steered).not.toEqual(base);
    const recipe = it.page.locator(".tab").filter({ hasText: "mood.steer.yaml" });
    await recipe.click();
    await it.page.locator(".monaco-editor .view-line").filter({ hasText: "feature: resid_post" }).click();
    await it.codeAction("Open the strength slider");
    // A panel that was hidden has a new page.
    compare = await ComparePage.showing(it);
    // The slider has the keyboard: whoever asked for it can move it at once.
    await expect.poll(() => compare.sliderHasFocus(), { timeout: 60_000 }).toBe(true);
    await compare.settled(90_000);
    await it.page.keyboard.press("End");
    await compare.settled(90_000);
    expect(await compare.texts("base")).toEqual(base);
    await expect.poll(() => compare.texts("steered"), { timeout: 60_000 }).not.toEqual(steered);
    await it.screenshot("steering-compare");
  },
);

story(
  "the checks of a recipe run in the Test Explorer, where one passes and one fails",
  { screenshot: "steering-checks", files: { "checked.steer.yaml": checks } },
  async (it) => {
    const tests = await TestExplorer.open(it);
    await tests.expand("checked.steer.yaml");
    await tests.run("checked.steer.yaml");
    await tests.ended("near", "passed");
    await tests.ended("far", "failed");
  },
);

story(
  "two selections make a vector that the recipe adds, and its features can be read",
  { screenshot: "steering-vector" },
  async (it) => {
    await it.hoverWord("laughed", /Surprisal/, 90_000);
    await it.select("cheerful and laughed aloud", "sunny morning");
    await it.palette("Steerscope: Make a contrastive vector");
    await it.pick("Towards “cheerful and laughed aloud”");
    await it.pick("Layer 3");
    await it.pick("Mean over the tokens");
    await it.waitForLine(/- vector: \.\/mood\.contrast\.safetensors/, 30_000);
    const told = await it.waitForNotification(/Steer towards “cheerful and laughed aloud”/);
    expect(told).toMatch(/at blocks\.3\.hook_resid_post its norm is \d/);
    // Over the edit stands what it is, and a click switches it off.
    const lens = it.page.locator(".codelens-decoration");
    await lens.filter({ hasText: /norm \d.* at blocks\.3\.hook_resid_post/ }).waitFor({ timeout: 30_000 });
    await lens.getByText("Switch off").click();
    await it.waitForLine(/enabled: false/);
    await lens.getByText("Switch on").waitFor({ timeout: 30_000 });
    await it.screenshot("steering-lens");
    await lens.getByText("Switch on").click();
    await it.waitForLine(/enabled: true/);
    await it.page.locator(".monaco-editor .view-line").filter({ hasText: "- vector:" }).click();
    await it.codeAction("Decompose into features");
    await it.waitForLine(/As a sum of decoder/, 30_000);
  },
);

story(
  "one undo takes back all that steering wrote: the recipe and its name in the prompt",
  { screenshot: "steering-undone" },
  async (it) => {
    await it.hoverWord("laughed", /Surprisal/, 90_000);
    await it.page.keyboard.press("Escape");
    await it.typeBefore("laughed", "");
    await it.page.keyboard.press("ArrowRight");
    await it.codeAction("Amplify");
    await it.waitForLine(/steer: \.\/mood\.steer\.yaml/, 30_000);
    await it.page.locator(".monaco-editor .view-line").filter({ hasText: "laughed" }).first().click();
    await it.page.keyboard.press("Control+Z");
    // An edit of several files is taken back in all of them once the user says so.
    const all = it.page.locator(".monaco-dialog-box .monaco-button").filter({ hasText: /Undo in \d+ Files/ });
    await all.click({ timeout: 10_000 }).catch(() => {});
    const lines = () => it.page.locator(".monaco-editor .view-line").allInnerTexts();
    await expect.poll(async () => (await lines()).join("\n"), { timeout: 15_000 }).not.toContain("steer:");
  },
);
