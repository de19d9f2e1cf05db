import type { Locator } from "playwright-core";
import type { Workbench } from "./workbench.ts";

/** VS Code's Test Explorer, with the verbs of somebody who runs tests there. */
export class TestExplorer {
  readonly #workbench: Workbench;

  private constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  static async open(workbench: Workbench): Promise<TestExplorer> {
    // Its icon comes with the first extension that has tests.
    const icon = workbench.page.locator(".activitybar .action-label.codicon-test-view-icon");
    await icon.click({ timeout: 90_000 });
    const explorer = new TestExplorer(workbench);
    await workbench.page.locator(".test-explorer").waitFor({ timeout: 20_000 });
    return explorer;
  }

  row(name: string): Locator {
    return this.#workbench.page.locator(".test-explorer .monaco-list-row").filter({ hasText: name }).first();
  }

  /** Shows what an item holds. */
  async expand(name: string): Promise<void> {
    const twistie = this.row(name).locator(".monaco-tl-twistie");
    await twistie.waitFor({ timeout: 20_000 });
    if ((await this.row(name).getAttribute("aria-expanded")) === "false") await twistie.click();
  }

  /** Runs an item by the button of its row. */
  async run(name: string): Promise<void> {
    await this.row(name).hover();
    await this.row(name).locator(".action-label.codicon-testing-run-icon").first().click({ timeout: 10_000 });
  }

  /** Waits until an item shows how its run ended. */
  async ended(name: string, state: "passed" | "failed"): Promise<void> {
    await this.row(name)
      .locator(`.computed-state.codicon-testing-${state}-icon`)
      .waitFor({ timeout: 30_000 });
  }
}
