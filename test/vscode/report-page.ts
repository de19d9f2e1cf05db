import type { Frame, Locator } from "playwright-core";
import { expect } from "vitest";
import { seriousProblems } from "./axe.ts";
import type { Workbench } from "./workbench.ts";

/** The report of a probe, with the verbs of somebody who reads it. */
export class ReportPage {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Opens it from the context menu of a file in the explorer. */
  static async open(workbench: Workbench, file: string): Promise<ReportPage> {
    await workbench.palette("Explorer: Focus on Folders View");
    const row = workbench.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${file}"]`);
    await row.click({ button: "right", timeout: 20_000 });
    await workbench.page.getByRole("menuitem", { name: "Open a probe's report" }).click({ timeout: 10_000 });
    return ReportPage.showing(workbench);
  }

  /** Waits for the panel, wherever it was opened from. */
  static async showing(workbench: Workbench): Promise<ReportPage> {
    let page: ReportPage | undefined;
    const find = async () => {
      for (const frame of workbench.page.frames()) {
        const found = await frame
          .locator("h1", { hasText: /^Probe / })
          .count()
          .catch(() => 0);
        if (found > 0) page = new ReportPage(frame);
      }
      return page !== undefined;
    };
    await expect.poll(find, { timeout: 40_000 }).toBe(true);
    return page!;
  }

  title(): Locator {
    return this.frame.locator("h1");
  }

  /** A cell, by what its title begins with. */
  cell(start: string): Locator {
    return this.frame.locator(`[role="gridcell"][title^="${start}"]`);
  }

  button(name: string): Locator {
    return this.frame.getByRole("button", { name, exact: true });
  }

  problems(): Promise<string[]> {
    return seriousProblems(this.frame.locator("body"));
  }
}
