import type { FrameLocator } from "playwright-core";
import type { Workbench } from "./workbench.ts";

/** The compare panel, with the verbs of somebody who looks at it. */
export class ComparePage {
  private readonly page: FrameLocator;

  private constructor(workbench: Workbench) {
    this.page = workbench.page
      .frameLocator("iframe.webview.ready")
      .last()
      .frameLocator("iframe#active-frame");
  }

  /** Waits until the panel shows what both sides wrote. */
  static async showing(workbench: Workbench): Promise<ComparePage> {
    const panel = new ComparePage(workbench);
    await panel.finished();
    return panel;
  }

  /** Waits until both sides are written and measured. */
  async finished(timeoutMs = 90_000): Promise<void> {
    await this.page.locator(".result").locator(":scope > *").first().waitFor({ timeout: timeoutMs });
  }

  /** The texts of each side, one behind the other. */
  async texts(): Promise<{ base: string; steered: string }> {
    const column = async (n: number) =>
      (await this.page.locator(`table.texts tbody td:nth-child(${n})`).allInnerTexts()).join("\n");
    return { base: await column(2), steered: await column(3) };
  }

  /** Moves a slider by a key. */
  async slide(name: string, key: string): Promise<void> {
    const slider = this.page.getByRole("slider", { name });
    await slider.focus();
    await slider.press(key);
  }
}
