import type { FrameLocator, Locator } from "playwright-core";
import type { Workbench } from "./workbench.ts";

/** The page inside a webview of the workbench: VS Code puts it into a frame of a frame. */
function webviewPage(workbench: Workbench): FrameLocator {
  return workbench.page.frameLocator("iframe.webview.ready").last().frameLocator("iframe#active-frame");
}

/** The inspect panel, with the verbs of somebody who looks at it. */
export class Panel {
  private readonly page: FrameLocator;

  private constructor(workbench: Workbench) {
    this.page = webviewPage(workbench);
  }

  /** Opens it on the active file and waits for the tokens. */
  static async open(workbench: Workbench, timeoutMs = 30_000): Promise<Panel> {
    await workbench.palette("Steerscope: Inspect this file");
    const panel = new Panel(workbench);
    await panel.token("").first().waitFor({ state: "visible", timeout: timeoutMs });
    return panel;
  }

  /** Tokens whose text contains something. */
  token(text: string): Locator {
    return this.page.getByRole("option").filter({ hasText: text });
  }

  async waitForToken(text: string, timeoutMs = 15_000): Promise<void> {
    await this.token(text).first().waitFor({ state: "visible", timeout: timeoutMs });
  }

  /** Chooses a token and gives the rows of its table, a list of cells each. */
  async featuresOf(text: string): Promise<string[][]> {
    await this.token(text).first().click({ timeout: 5_000 });
    return this.features(text);
  }

  /** The rows of the table, once it is the one of this token. */
  async features(text: string): Promise<string[][]> {
    await this.page.getByRole("heading", { name: text }).waitFor({ state: "visible", timeout: 5_000 });
    const rows = await this.page.locator("tbody tr").all();
    return Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
  }

  /** Presses a key in the list of tokens. */
  async press(key: string): Promise<void> {
    await this.page.locator('[role="option"][aria-selected="true"]').press(key);
  }

  async selected(): Promise<string> {
    return this.page.locator('[role="option"][aria-selected="true"]').innerText();
  }
}
