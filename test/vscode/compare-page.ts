import type { Frame, Locator } from "playwright-core";
import { expect } from "vitest";
import { seriousProblems } from "./axe.ts";
import type { Workbench } from "./workbench.ts";

/** The panel of base and steered texts, with the verbs of somebody who looks at it. */
export class ComparePage {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Opens it on the active file. */
  static async open(workbench: Workbench): Promise<ComparePage> {
    await workbench.palette("Steerscope: Compare base and steered");
    return ComparePage.showing(workbench);
  }

  /** Waits for the panel, wherever it was opened from. */
  static async showing(workbench: Workbench): Promise<ComparePage> {
    let page: ComparePage | undefined;
    const find = async () => {
      for (const frame of workbench.page.frames()) {
        const found = await frame
          .locator("h1", { hasText: /^Compare/ })
          .count()
          .catch(() => 0);
        if (found > 0) page = new ComparePage(frame);
      }
      return page !== undefined;
    };
    await expect.poll(find, { timeout: 30_000 }).toBe(true);
    return page!;
  }

  /** Waits until what was asked for is there. */
  async settled(timeout = 60_000): Promise<void> {
    await this.frame.locator("body[aria-busy='false'] .verdict").waitFor({ timeout });
  }

  /** Texts of one side, a row a sample. */
  texts(side: "base" | "steered"): Promise<string[]> {
    return this.frame.locator(`.texts tbody td:nth-of-type(${side === "base" ? 1 : 2})`).allTextContents();
  }

  slider(): Locator {
    return this.frame.getByRole("slider").first();
  }

  /** Whether the keyboard moves the first slider. */
  sliderHasFocus(): Promise<boolean> {
    return this.slider()
      .evaluate((it) => it.ownerDocument.hasFocus() && it === it.ownerDocument.activeElement)
      .catch(() => false);
  }

  /**
   * Notes from now on how many letters the steered side has whenever the page changes while it is written.
   * @returns what was noted, in its order
   */
  async watchWriting(): Promise<() => Promise<number[]>> {
    const noted = await this.frame.evaluateHandle(() => {
      const lengths: number[] = [];
      const note = () => {
        if (document.body.getAttribute("aria-busy") !== "true") return;
        const cells = [...document.querySelectorAll(".texts tbody td:nth-of-type(2)")];
        lengths.push(cells.reduce((sum, cell) => sum + (cell.textContent ?? "").length, 0));
      };
      new MutationObserver(note).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      return lengths;
    });
    return () => noted.jsonValue();
  }

  /** A field for a number. */
  number(name: string): Locator {
    return this.frame.getByRole("spinbutton", { name });
  }

  button(name: string): Locator {
    return this.frame.getByRole("button", { name, exact: true });
  }

  verdict(): Promise<string> {
    return this.frame.locator(".verdict").innerText();
  }

  problems(): Promise<string[]> {
    return seriousProblems(this.frame.locator("body"));
  }
}
