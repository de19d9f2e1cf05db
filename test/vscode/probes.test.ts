import { expect } from "vitest";
import { story, useBrowser } from "./session.ts";

useBrowser();

const specification = `probe: 1
data: { tinytown: { attribute: language, n: 3000, seed: 3 } }
target: { classes: [english, german], examples: { max: 1000 } }
hooks: [blocks.1.hook_resid_post, blocks.2.hook_resid_post]
positions: [mean]
kinds: [mass-mean]
controls: { shuffled: 1, seeds: 1, learning-curve: false, description-length: false }
`;
const prompt = "The old baker walked to the market. Der alte Bäcker ging zum Markt.\n";

story(
  "the path of a probe's data is completed folder by folder",
  {
    screenshot: "probe-paths",
    file: "reviews.probe.yaml",
    settings: { "editor.wordBasedSuggestions": "off" },
    files: {
      "reviews.probe.yaml": "data:\n  label: mood\n  files: ",
      "data/old/reviews.csv": "text,mood\nGood.,glad\n",
    },
  },
  async (it) => {
    const { keyboard } = it.page;
    const offer = (name: string) =>
      it.page.locator(".suggest-widget .monaco-list-row").filter({ hasText: name }).first();
    await it.typeAtEnd("./d");
    for (let tries = 0; !(await offer("data/").isVisible()) && tries < 15; tries++) {
      await keyboard.press("Escape");
      await keyboard.press("Control+Space");
      await offer("data/")
        .waitFor({ timeout: 4_000 })
        .catch(() => {});
    }
    // What is in a folder is offered as soon as it is taken.
    for (const next of ["old/", "reviews.csv"]) {
      await keyboard.press("Enter");
      await offer(next).waitFor({ timeout: 10_000 });
    }
    await keyboard.press("Enter");
    await it.waitForLine(/^\s*files: \.\/data\/old\/reviews\.csv$/);
  },
);

story(
  "a probe is written, swept, cancelled and swept again, enabled, and speaks up at the words of a prompt, which it then steers",
  {
    screenshot: "probes",
    file: "language.probe.yaml",
    // Words of the text would be offered before the language server has answered.
    settings: { "editor.wordBasedSuggestions": "off" },
    files: { "language.probe.yaml": specification, "words.prompt": prompt },
  },
  async (it) => {
    const { keyboard } = it.page;
    await it.typeAtEnd("see");
    const offer = it.page.locator(".suggest-widget .monaco-list-row").filter({ hasText: "seed" }).first();
    // Asked before the server is there, the editor finds nothing and does not ask again.
    for (let tries = 0; !(await offer.isVisible()) && tries < 15; tries++) {
      await keyboard.press("Escape");
      await keyboard.press("Control+Space");
      await offer.waitFor({ timeout: 4_000 }).catch(() => {});
    }
    await keyboard.press("Enter");
    await it.waitForLine(/^seed: ?/);
    await keyboard.type(" 7");
    await keyboard.press("Control+S");

    await it.palette("Steerscope: Sweep this probe");
    await it.waitForNotification(/Sweeping language\.probe\.yaml/, 30_000);
    await it.waitForStatus(/Sweeping language: Reading texts: [1-9]/, 60_000);
    await it.answerNotification("Cancel");
    await it.waitForNotification(/The training was cancelled/, 30_000);
    await it.palette("Steerscope: Sweep this probe");
    const said = await it.waitForNotification(/Swept 6 probes of language/, 240_000);
    const [, read, texts] = /Read (\d+) of (\d+) texts/.exec(said) ?? [];
    expect(Number(read)).toBeLessThan(Number(texts));
    await it.screenshot("probes-swept");
    await it.answerNotification("Keep and enable here");
    const kept = it.page.locator(
      '.explorer-folders-view .monaco-list-row[aria-label^="language.probe.json"]',
    );
    await kept.waitFor({ timeout: 30_000 });

    await it.openFile("words.prompt");
    await it.waitForProblem(/The model treats this as “german”.*Ln 1, Col 37/s, 90_000);
    await it.hoverWord("Markt", /Probe language of this sentence: “german”.*held out/s, 60_000);
    // The diagnostic in the hover has its fixes.
    const action = it.page
      .locator(".action-widget .monaco-list-row")
      .filter({ hasText: "Steer away from “german” with the probe language" })
      .first();
    const fixes = it.page
      .locator(".monaco-hover:not(.hidden) .action-container a")
      .filter({ hasText: "Quick Fix" });
    for (let tries = 0; !(await action.isVisible()) && tries < 8; tries++) {
      await it.hoverWord("Markt", /The model treats this as “german”/);
      await fixes
        .first()
        .click({ timeout: 5_000 })
        .catch(() => {});
      await action.waitFor({ timeout: 5_000 }).catch(() => {});
    }
    await action.click({ timeout: 5_000 });
    await it.waitForLine(/probe: \.\/language\.probe\.json/, 30_000);
  },
);
