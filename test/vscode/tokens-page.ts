import type { Frame, Locator } from "playwright-core";
import { expect } from "vitest";
import type { ToTokensPanel } from "../../server/src/protocol/panel.ts";
import { seriousProblems } from "./axe.ts";
import type { Workbench } from "./workbench.ts";

/** The tokens panel, with the verbs of somebody who looks at it. */
export class TokensPage {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Opens it on the active file. */
  static async open(workbench: Workbench, timeoutMs?: number): Promise<TokensPage> {
    await workbench.palette("Steerscope: Show tokens");
    return TokensPage.showing(workbench, timeoutMs);
  }

  /** Waits for the panel and its first tokens; other panels may be open too. */
  static async showing(workbench: Workbench, timeoutMs = 30_000): Promise<TokensPage> {
    let page: TokensPage | undefined;
    const find = async () => {
      for (const frame of workbench.page.frames()) {
        const grid = frame.locator('[role="grid"][aria-label^="Tokens"]');
        if ((await grid.count().catch(() => 0)) > 0) page = new TokensPage(frame);
      }
      return page !== undefined;
    };
    await expect.poll(find, { timeout: timeoutMs }).toBe(true);
    await page!.frame
      .locator(".space .row:not([hidden])")
      .first()
      .waitFor({ state: "visible", timeout: timeoutMs });
    return page!;
  }

  grid(): Locator {
    return this.frame.getByRole("grid");
  }

  body(): Locator {
    return this.frame.locator("body");
  }

  /** Cells of the tokens whose text contains something. */
  token(text: string): Locator {
    return this.frame.locator('.space [role="rowheader"]').filter({ hasText: text });
  }

  /** The row of a token. */
  row(text: string): Locator {
    return this.frame
      .locator('.space [role="row"]')
      .filter({ has: this.frame.locator('[role="rowheader"]', { hasText: text }) });
  }

  /** What every layer that is drawn predicts after a token, once all are read. */
  async guesses(text: string): Promise<string[]> {
    const cells = this.row(text).first().locator(".layer");
    const read = async () => (await cells.allInnerTexts()).filter((it) => it === "…" || it === "").length;
    await expect.poll(read, { timeout: 15_000 }).toBe(0);
    return cells.allInnerTexts();
  }

  /** Text of the token whose row is the active one. */
  async selected(): Promise<string> {
    return this.frame.locator('.space [aria-selected="true"] [role="rowheader"]').innerText();
  }

  /** The cell that a screen reader is told of. */
  async active(): Promise<string | null> {
    const id = await this.grid().getAttribute("aria-activedescendant");
    return this.frame.locator(`#${id}`).getAttribute("title");
  }

  /** The part below the grid, once it is of this token. */
  async detail(text: string): Promise<Locator> {
    const heading = this.frame.getByRole("heading", { level: 2, name: text });
    await heading.waitFor({ state: "visible", timeout: 10_000 });
    return this.frame.locator(".detail");
  }

  /** The rows of the table of features, a list of cells each. */
  async features(text: string): Promise<string[][]> {
    const rows = await (await this.detail(text)).locator("tbody tr").all();
    return Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
  }

  /** Hands the page a message as the extension would. */
  async receive(message: ToTokensPanel): Promise<void> {
    await this.frame.evaluate((data) => window.dispatchEvent(new MessageEvent("message", { data })), message);
  }

  /** What axe-core finds wrong and calls serious or critical. */
  seriousProblems(): Promise<string[]> {
    return seriousProblems(this.body());
  }
}
