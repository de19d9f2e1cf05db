import { readFileSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import { User } from "../protocol/user.ts";
import { findBrowser } from "../vscode/prerequisites.ts";
import { browserFlags } from "../vscode/session.ts";
import { summary } from "./stats.ts";

const sae = "resid_post_3";

/**
 * From the click on a feature to its content, without what VS Code itself adds: the language server's answer from the store
 * that ships, and the packaged page's drawing of it (script, style, layout). Another feature each time.
 */
export async function featurePanel(count: number): Promise<object> {
  const user = await User.spawned({ settings: { saes: [sae] } });
  const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: browserFlags });
  try {
    const uri = await user.open("story.txt", "Anna laughed aloud on the sunny morning.");
    await user.inspect(uri);
    const page = await browser.newPage({ viewport: { width: 900, height: 1200 } });
    await openPage(page);
    const [answered, drawn, whole]: number[][] = [[], [], []];
    for (let i = -3; i < count; i++) {
      const target = { uri, sae, feature: (37 * (i + 3)) % 1536 };
      const start = performance.now();
      const answer = await user.ask<FeatureResult>("steerscope/feature", {
        textDocument: { uri },
        ...target,
      });
      const server = performance.now() - start;
      if (!answer.statistics) throw new Error(`no store knows feature ${target.feature}`);
      const took = await draw(page, { type: "show", target, answer, back: false, forward: false });
      // The first ones are not a click's: files are read and code is compiled then.
      if (i < 0) continue;
      answered.push(server);
      drawn.push(took);
      whole.push(server + took);
    }
    return {
      serverMs: summary(answered),
      pageMs: summary(drawn),
      clickToContentMs: summary(whole),
    };
  } finally {
    await browser.close();
    await user.leave();
  }
}

async function openPage(page: Page): Promise<void> {
  const read = (name: string) =>
    readFileSync(new URL(`../../dist/webview/feature.${name}`, import.meta.url), "utf8");
  await page.setContent("<!doctype html><html><body></body></html>");
  await page.addStyleTag({ content: read("css") });
  await page.evaluate(() =>
    Object.assign(window, { acquireVsCodeApi: () => ({ postMessage() {}, setState() {}, getState() {} }) }),
  );
  await page.addScriptTag({ content: read("js") });
}

/** Time from the message's arrival to the frame that shows it, in ms. */
function draw(page: Page, message: object): Promise<number> {
  return page.evaluate(async (data) => {
    const start = performance.now();
    window.dispatchEvent(new MessageEvent("message", { data }));
    // The second frame begins when the first is on the screen.
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    document.body.getBoundingClientRect();
    return performance.now() - start;
  }, message);
}
