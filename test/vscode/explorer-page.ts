import type { Frame, Locator } from "playwright-core";
import { expect } from "vitest";
import type { ToExplorerPanel } from "../../server/src/protocol/panel.ts";
import { seriousProblems } from "./axe.ts";
import type { Workbench } from "./workbench.ts";

/** The explorer, with the verbs of somebody who looks for a feature. */
export class ExplorerPage {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Waits for the panel and its first rows; other panels may be open too. */
  static async showing(workbench: Workbench, timeoutMs = 40_000): Promise<ExplorerPage> {
    let page: ExplorerPage | undefined;
    const find = async () => {
      for (const frame of workbench.page.frames()) {
        const grid = await frame
          .locator('[role="grid"]')
          .count()
          .catch(() => 0);
        if (grid > 0) page = new ExplorerPage(frame);
      }
      return page !== undefined;
    };
    await expect.poll(find, { timeout: timeoutMs }).toBe(true);
    await page!.row(1).waitFor({ state: "visible", timeout: timeoutMs });
    return page!;
  }

  grid(): Locator {
    return this.frame.getByRole("grid");
  }

  /** A row by its place in the list, from 1. */
  row(place: number): Locator {
    return this.frame.locator(`.space [role="row"][aria-rowindex="${place + 1}"]:not(.loading)`);
  }

  /** How many rows are drawn, on the screen or near it. */
  async visibleRows(): Promise<number> {
    const rows = await this.frame.locator('.space [role="row"]').all();
    const visible = await Promise.all(rows.map((it) => it.isVisible()));
    return visible.filter(Boolean).length;
  }

  /** Feature and label of a row. */
  async read(place: number): Promise<{ feature: number; label: string }> {
    const cells = this.row(place).getByRole("gridcell");
    return { feature: Number(await cells.nth(0).innerText()), label: await cells.nth(1).innerText() };
  }

  field(name: string): Locator {
    return this.frame.getByLabel(name, { exact: true });
  }

  status(): Locator {
    return this.frame.getByRole("status");
  }

  async waitForStatus(expected: RegExp, timeoutMs = 15_000): Promise<string> {
    await expect.poll(() => this.status().innerText(), { timeout: timeoutMs }).toMatch(expected);
    return this.status().innerText();
  }

  /** Hands the page a message as the extension would. */
  async receive(message: ToExplorerPanel): Promise<void> {
    await this.frame.evaluate((data) => window.dispatchEvent(new MessageEvent("message", { data })), message);
  }

  /** What axe-core finds wrong and calls serious or critical. */
  seriousProblems(): Promise<string[]> {
    return seriousProblems(this.frame.locator("body"));
  }
}
