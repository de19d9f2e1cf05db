import type { FrameLocator, Locator } from "playwright-core";
import { expect } from "vitest";
import type { ToFeaturePanel } from "../../server/src/protocol/panel.ts";
import { seriousProblems } from "./axe.ts";
import type { Workbench } from "./workbench.ts";

/** The feature panel, with the verbs of somebody who looks at it. */
export class FeaturePage {
  private readonly page: FrameLocator;

  private constructor(workbench: Workbench) {
    this.page = workbench.page
      .frameLocator("iframe.webview.ready")
      .last()
      .frameLocator("iframe#active-frame");
  }

  /** Waits until the panel shows a feature. */
  static async showing(workbench: Workbench, feature: number, timeoutMs = 30_000): Promise<FeaturePage> {
    const panel = new FeaturePage(workbench);
    await panel.waitForFeature(feature, timeoutMs);
    return panel;
  }

  async waitForFeature(feature: number, timeoutMs = 15_000): Promise<void> {
    const title = this.page.getByRole("heading", { level: 1, name: new RegExp(`^Feature ${feature}\\b`) });
    await title.waitFor({ state: "visible", timeout: timeoutMs });
    // Dimmed until its numbers are there.
    await this.page.locator("body:not(.stale)").waitFor({ timeout: timeoutMs });
  }

  labels(): Locator {
    return this.page.getByRole("list", { name: "Labels" }).getByRole("listitem");
  }

  /** The rows of “In this file”. */
  occurrences(): Locator {
    return this.page.locator("ol.places button");
  }

  /** The row of a token; other rows may show it beside theirs. */
  occurrenceOf(token: string): Locator {
    return this.occurrences()
      .filter({ has: this.page.locator("mark", { hasText: token }) })
      .first();
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name });
  }

  /** Types a sentence and gives its tokens, as a screen reader is told of them. */
  async try(text: string): Promise<string[]> {
    await this.page.getByRole("textbox").pressSequentially(text, { delay: 10 });
    const tokens = this.page.getByRole("listbox", { name: "Your sentence" }).getByRole("option");
    // However the tokenizer splits it: once the last words are there, all are.
    const read = () => tokens.allTextContents().then((texts) => texts.join(""));
    await expect.poll(read, { timeout: 15_000 }).toContain(text);
    return tokens.evaluateAll((found) => found.map((token) => token.getAttribute("aria-label") ?? ""));
  }

  /** Hands the page a message as the extension would. */
  async receive(message: ToFeaturePanel): Promise<void> {
    await this.page.locator("body").evaluate((_, data) => {
      window.dispatchEvent(new MessageEvent("message", { data }));
    }, message);
  }

  body(): Locator {
    return this.page.locator("body");
  }

  listbox(): Locator {
    return this.page.getByRole("listbox");
  }

  /** What axe-core finds wrong and calls serious or critical. */
  seriousProblems(): Promise<string[]> {
    return seriousProblems(this.page.locator("body"));
  }
}
