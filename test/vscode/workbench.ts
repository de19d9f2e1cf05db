import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { type CodeServer, type CodeServerOptions, startCodeServer } from "./codeServer.ts";

/** Where screenshots are kept after a run, until the next one. */
export const screenshots = path.resolve(import.meta.dirname, "../../artifacts/vscode");

const hover = ".monaco-hover:not(.hidden) .hover-contents";

/** VS Code in a browser, with the verbs of somebody who sits in front of it. */
export class Workbench {
  readonly server: CodeServer;
  readonly page: Page;

  constructor(server: CodeServer, page: Page) {
    this.server = server;
    this.page = page;
  }

  /** Starts VS Code and opens one file of the workspace in it. */
  static async open(browser: Browser, options: CodeServerOptions & { file: string }): Promise<Workbench> {
    const server = await startCodeServer(options);
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const workbench = new Workbench(server, await context.newPage());
      await workbench.openFile(options.file);
      return workbench;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.server.stop();
  }

  /** Opens a file of the workspace, by its path in it, and waits until its text is shown. */
  async openFile(file: string): Promise<void> {
    const { port, workspace } = this.server;
    const target = `vscode-remote://127.0.0.1:${port}${path.join(workspace, file)}`;
    const payload = encodeURIComponent(JSON.stringify([["openFile", target]]));
    const address = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}&payload=${payload}`;
    await this.page.goto(address, { waitUntil: "domcontentloaded", timeout: 60_000 });
    await this.page.waitForSelector(".monaco-editor .view-line span span", { timeout: 60_000 });
  }

  /** Loads the window anew, with what was open in it. An address that names a file would open that and nothing else. */
  async reload(): Promise<void> {
    const { port, workspace } = this.server;
    const address = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`;
    await this.page.evaluate((it) => history.replaceState(null, "", it), address);
    const loaded = this.page.waitForEvent("load", { timeout: 60_000 });
    await this.palette("Developer: Reload Window");
    await loaded;
  }

  /** Points at a word until a hover is shown that matches, and returns its text. */
  async hoverWord(word: string, expected: RegExp, timeoutMs = 40_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    let seen = "no hover";
    while (Date.now() < deadline) {
      seen = (await this.hoverOnce(word)) ?? seen;
      if (expected.test(seen)) return seen;
    }
    throw new Error(
      `The hover on “${word}” did not match ${expected} within ${timeoutMs} ms. Last seen: ${seen}`,
    );
  }

  /** Clicks a link in the hover that is shown, by its text and the title it has. */
  async followHoverLink(text: string, title: string): Promise<void> {
    await this.page
      .locator(`${hover} a[title="${title}"]`)
      .filter({ hasText: text })
      .first()
      .click({ timeout: 5_000 });
  }

  /** Runs a command by its title, as shown in the palette; asks again while an extension's are not there yet. */
  async palette(title: string): Promise<void> {
    const deadline = Date.now() + 20_000;
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
    for (;;) {
      await this.page.keyboard.press("F1");
      const input = this.page.locator(".quick-input-widget input.input");
      await input.waitFor({ state: "visible", timeout: 10_000 });
      await input.fill(`>${title}`);
      try {
        return await row.click({ timeout: 2_000 });
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }

  /** Takes a row of the list that is offered. */
  async pick(title: string): Promise<void> {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
    await row.click({ timeout: 10_000 });
  }

  /** Takes a code action at the cursor, asking again while it is not offered yet. */
  async codeAction(title: string): Promise<void> {
    const action = this.page.locator(".action-widget .monaco-list-row").filter({ hasText: title }).first();
    for (let tries = 0; !(await action.isVisible()) && tries < 8; tries++) {
      await this.page.keyboard.press("Control+.");
      await action.waitFor({ timeout: 5_000 }).catch(() => {});
    }
    await action.click({ timeout: 5_000 });
  }

  /** Selects two stretches that stand on one line each, the second beside the first. */
  async select(first: string, second: string): Promise<void> {
    await this.page.keyboard.press("Escape");
    for (const [text, key] of [
      [first, null],
      [second, "Alt"],
    ] as const) {
      const box = await this.findWord(text);
      if (!box) throw new Error(`“${text}” is not on the screen.`);
      const y = box.y + box.height / 2;
      if (key) await this.page.keyboard.down(key);
      await this.page.mouse.move(box.x + 1, y);
      await this.page.mouse.down();
      await this.page.mouse.move(box.x + box.width - 1, y, { steps: 8 });
      await this.page.mouse.up();
      if (key) await this.page.keyboard.up(key);
    }
  }

  /** Clicks a button of a notification. */
  async answerNotification(button: string): Promise<void> {
    await this.page
      .locator(".notification-toast .monaco-button")
      .filter({ hasText: button })
      .first()
      .click({ timeout: 10_000 });
  }

  /** Waits until the language status says that the extension is at work, or is not. */
  async waitForBusy(busy: boolean, timeoutMs = 15_000): Promise<void> {
    const spinner = this.page.locator(
      '.statusbar-item[aria-label*="Steerscope: tinytown"] .codicon-loading, .statusbar-item[aria-label*="Steerscope: tinytown"] .codicon-modifier-spin',
    );
    await spinner.first().waitFor({ state: busy ? "visible" : "detached", timeout: timeoutMs });
  }

  /** Types at the end of the text. */
  async typeAtEnd(text: string): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.page.locator(".monaco-editor .view-lines").first().click();
    await this.page.keyboard.press("Control+End");
    await this.page.keyboard.type(text, { delay: 20 });
  }

  /** Puts text in front of a word. */
  async typeBefore(word: string, text: string): Promise<void> {
    await this.page.keyboard.press("Escape");
    const box = await this.findWord(word);
    if (!box) throw new Error(`“${word}” is not on the screen.`);
    await this.page.mouse.click(box.x + 1, box.y + box.height / 2);
    await this.page.keyboard.type(text, { delay: 20 });
  }

  /** Texts of the notifications on the screen. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notification-toast").allInnerTexts();
  }

  /** Waits for a notification that matches and returns its text. */
  async waitForNotification(expected: RegExp, timeoutMs = 30_000): Promise<string> {
    const text = await this.waitForText(() => this.notifications(), expected, "notification", timeoutMs);
    // It fades in: only then a screenshot shows what a person sees.
    await sleep(400);
    return text;
  }

  /** Waits for a status bar item that matches and returns its text. */
  async waitForStatus(expected: RegExp, timeoutMs = 30_000): Promise<string> {
    const items = () =>
      this.page
        .locator(".statusbar-item")
        .evaluateAll((found) =>
          found.map((item) => `${item.textContent} ${item.getAttribute("aria-label") ?? ""}`),
        );
    return this.waitForText(items, expected, "status bar item", timeoutMs);
  }

  /** Waits for a row of the Problems view that matches and returns its text. */
  async waitForProblem(expected: RegExp, timeoutMs = 30_000): Promise<string> {
    await this.palette("Problems: Focus on Problems View");
    const rows = () => this.page.locator(".markers-panel .monaco-list-row").allInnerTexts();
    return this.waitForText(rows, expected, "problem", timeoutMs);
  }

  /** Waits for a line of an editor, or of the log, that matches. */
  async waitForLine(expected: RegExp, timeoutMs = 15_000): Promise<string> {
    const lines = async () => {
      const texts = await this.page.locator(".monaco-editor .view-line").allInnerTexts();
      return texts.map((text) => text.replaceAll("\u00a0", " "));
    };
    return this.waitForText(lines, expected, "line", timeoutMs);
  }

  /** How many pieces of text carry a decoration of an extension. */
  async decorations(): Promise<number> {
    return this.page.locator('.monaco-editor [class*="ced-"]').count();
  }

  /** Waits until the number of decorations satisfies a condition. */
  async waitForDecorations(enough: (count: number) => boolean, timeoutMs = 15_000): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    let count = await this.decorations();
    while (!enough(count)) {
      if (Date.now() > deadline) throw new Error(`${count} decorations after ${timeoutMs} ms.`);
      await sleep(100);
      count = await this.decorations();
    }
    return count;
  }

  /** What VS Code reports of an extension's activation, in ms: loading its code and running `activate`. */
  async activationMs(extension: string): Promise<number> {
    // The list is virtual and the slowest come first: all of it has to be in view.
    await this.page.setViewportSize({ width: 1280, height: 2400 });
    await this.palette("Developer: Show Running Extensions");
    const rows = () => this.page.locator(".runtime-extensions-editor .monaco-list-row").allInnerTexts();
    const wanted = new RegExp(`^${extension}[^]*Activation: (\\d+)ms`);
    return Number(wanted.exec(await this.waitForText(rows, wanted, "running extension", 15_000))?.[1]);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }

  private async waitForText(
    read: () => Promise<string[]>,
    expected: RegExp,
    what: string,
    timeoutMs: number,
  ) {
    const deadline = Date.now() + timeoutMs;
    let texts: string[] = [];
    while (Date.now() < deadline) {
      texts = await read();
      const found = texts.find((text) => expected.test(text));
      if (found !== undefined) return found;
      await sleep(100);
    }
    throw new Error(`No ${what} matched ${expected} within ${timeoutMs} ms. Seen: ${JSON.stringify(texts)}`);
  }

  /** Moves the mouse away and onto the word; the hover's text, or null when none came within 3 seconds. */
  private async hoverOnce(word: string): Promise<string | null> {
    await this.page.mouse.move(1200, 700, { steps: 3 });
    await this.page.keyboard.press("Escape");
    // A re-render may take the line away for a moment: look again with each try.
    const box = await this.findWord(word);
    if (!box) {
      await sleep(100);
      return "the word is not on the screen";
    }
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 8 });
    const content = this.page.locator(hover).first();
    try {
      await content.waitFor({ state: "visible", timeout: 3_000 });
      return (await this.page.locator(hover).allInnerTexts()).join("\n");
    } catch {
      return null;
    }
  }

  /** Where a word stands on the screen; the editor splits a line into spans as it likes. */
  private findWord(word: string): Promise<{ x: number; y: number; width: number; height: number } | null> {
    return this.page.evaluate((wanted) => {
      for (const line of document.querySelectorAll(".monaco-editor .view-line")) {
        const start = (line.textContent ?? "").replaceAll("\u00a0", " ").indexOf(wanted);
        if (start < 0) continue;
        const range = document.createRange();
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        let passed = 0;
        let started = false;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const length = node.textContent?.length ?? 0;
          if (!started && start < passed + length) {
            range.setStart(node, start - passed);
            started = true;
          }
          if (started && start + wanted.length <= passed + length) {
            range.setEnd(node, start + wanted.length - passed);
            const { x, y, width, height } = range.getBoundingClientRect();
            return width > 0 ? { x, y, width, height } : null;
          }
          passed += length;
        }
      }
      return null;
    }, word);
  }
}
