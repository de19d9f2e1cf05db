import { expect } from "vitest";
import { ComparePage } from "./compare-page.ts";
import { processesOf, story, useBrowser } from "./session.ts";

useBrowser();

story(
  "the compare panel writes base and steered texts side by side, follows a slider and the recipe, sweeps, and survives its engine",
  { file: "cheerful.prompt", screenshot: "compare" },
  async (it) => {
    const panel = await ComparePage.open(it);
    await panel.settled();
    const [base, steered] = [await panel.texts("base"), await panel.texts("steered")];
    expect(base).toHaveLength(8);
    expect(steered).not.toEqual(base);
    expect(await panel.frame.locator("ins").count()).toBeGreaterThan(0);
    const body = panel.frame.locator("main");
    expect(await body.innerText()).toMatch(/mood\/cheerful \(tinytown judge\).*\d+ % \(\d+ % to \d+ %\)/s);
    expect(await panel.problems()).toEqual([]);
    await it.screenshot("compare-first");

    // Without strength the steered side is the base; the base texts stay what they were.
    await panel.slider().focus();
    const value = Number(await panel.slider().inputValue());
    expect(value).toBeCloseTo(0.3, 5);
    await panel.slider().fill("0");
    await expect.poll(() => panel.verdict().catch(() => ""), { timeout: 60_000 }).toContain("No effect");
    expect(await panel.texts("steered")).toEqual(base);
    expect(await panel.texts("base")).toEqual(base);

    // Back to the recipe's strength, the same texts come again, and grow on the screen while they are written.
    const written = await panel.watchWriting();
    await panel.slider().fill("0.3");
    await panel.settled();
    await expect.poll(() => panel.texts("steered"), { timeout: 60_000 }).toEqual(steered);
    await panel.settled();
    const lengths = await written();
    expect(new Set(lengths).size).toBeGreaterThan(10);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));

    await panel.button("Try other strengths").click();
    const plot = panel.frame.locator("svg.sweep");
    await plot.waitFor({ timeout: 120_000 });
    expect(await plot.locator(".point.recipe").count()).toBe(1);
    expect(await plot.getAttribute("aria-label")).toContain("at 1 (the recipe)");
    expect(await panel.problems()).toEqual([]);
    await it.screenshot("compare-sweep");

    // The engine is killed while it writes: said, and run again on demand.
    await panel.number("Tokens").fill("400");
    await panel.number("Samples").fill("200");
    await panel.number("Samples").press("Enter");
    await panel.frame.locator(".texts td", { hasText: /\w{3}/ }).first().waitFor({ timeout: 30_000 });
    for (const pid of processesOf(it, "engine")) process.kill(pid, "SIGKILL");
    await panel.frame.getByText("The engine ended while the model was writing").waitFor({ timeout: 30_000 });
    expect(await panel.frame.locator(".texts").isVisible()).toBe(false);
    await panel.number("Tokens").fill("12");
    await panel.number("Samples").fill("8");
    await panel.number("Samples").press("Enter");
    await panel.settled();
    expect(await panel.texts("steered")).toHaveLength(8);
  },
);

const mood = `probe: 1
data: { tinytown: { attribute: mood, n: 2000, seed: 3 } }
target: { classes: [sad, cheerful], examples: { max: 60 } }
read-as: user
hooks: [blocks.3.hook_resid_post]
positions: [mean]
kinds: [mass-mean]
controls: false
`;

story(
  "the compare panel ranks its samples by a probe that is chosen there, says what that brings, and remembers the choice",
  { file: "mood.probe.yaml", files: { "mood.probe.yaml": mood }, screenshot: "compare-ranked" },
  async (it) => {
    await it.palette("Steerscope: Train this probe");
    await it.waitForNotification(/Trained mood: mass-mean/, 120_000);
    await it.page.keyboard.press("Escape");

    await it.openFile("cheerful.prompt");
    let panel = await ComparePage.open(it);
    await panel.settled(90_000);
    const texts = await panel.texts("steered");
    const ranking = panel.frame.getByLabel("Ranked by");
    const options = () => ranking.locator("option").allTextContents();
    await expect
      .poll(options, { timeout: 30_000 })
      .toEqual(["no probe", expect.stringMatching(/^mood · towards cheerful · /)]);
    const beta = panel.frame.getByLabel("β (0: the best)");
    expect(await beta.isVisible()).toBe(false);

    await ranking.selectOption({ index: 1 });
    const ranked = panel.frame.locator("section", {
      has: panel.frame.getByRole("heading", { name: "Ranked by mood" }),
    });
    await ranked.waitFor({ timeout: 60_000 });
    await panel.settled();
    expect(await ranked.innerText()).toMatch(/Expected of the sample that is taken.*\d %.*Gain.*points \(/s);
    const taken = panel.frame.locator(".texts strong");
    expect(await taken.allTextContents()).toEqual([
      expect.stringMatching(/^Chosen: q/),
      expect.stringMatching(/^Chosen: q/),
    ]);
    // The texts are those that were there before; each says how it is ranked.
    const after = await panel.texts("steered");
    texts.forEach((text, i) => void expect(after[i].startsWith(text)).toBe(true));
    expect(await panel.problems()).toEqual([]);
    await ranking.scrollIntoViewIfNeeded();
    await it.screenshot("compare-ranking");
    await beta.fill("0");
    await beta.press("Enter");
    await panel.frame.getByText("the sample of the largest q is taken").waitFor({ timeout: 60_000 });
    await panel.settled();
    expect((await taken.allTextContents()).every((text) => text.endsWith("weight 1.000"))).toBe(true);

    await it.reload();
    panel = await ComparePage.showing(it);
    await panel.settled(90_000);
    await panel.frame.getByText("the sample of the largest q is taken").waitFor({ timeout: 60_000 });
    await panel.frame.getByRole("heading", { name: "Ranked by mood" }).scrollIntoViewIfNeeded();
  },
);
