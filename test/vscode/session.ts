import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, inject, it } from "vitest";
import type { CodeServerOptions } from "./codeServer.ts";
import { findBrowser } from "./prerequisites.ts";
import { Workbench } from "./workbench.ts";

/** How Chromium is started, here and in the benchmarks. */
export const browserFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The example that the README starts with. */
export const example = "mood.prompt";

let browser: Browser;

/** Call once a test file: one browser for all its sessions. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: browserFlags });
  });
  afterAll(() => browser.close());
}

export interface StoryOptions extends Partial<Omit<CodeServerOptions, "workspace">> {
  /** File to open, the example if none is named. */
  file?: string;
  /** Name of the screenshot that is kept. */
  screenshot: string;
}

/** A test in a VS Code of its own, with the example open. A retry gets a new one. */
export function story(
  title: string,
  options: StoryOptions,
  tell: (workbench: Workbench) => Promise<void>,
): void {
  it(title, async ({ task }) => {
    const retries = task.result?.retryCount ?? 0;
    if (retries > 0) console.warn(`RETRIED: ${title}`);
    const workbench = await Workbench.open(browser, {
      extensions: inject("extensions"),
      workspace: path.resolve(import.meta.dirname, "../../examples"),
      file: example,
      ...options,
    });
    try {
      await tell(workbench);
      await workbench.screenshot(options.screenshot);
    } catch (error) {
      await workbench.screenshot(`${options.screenshot}-failed-${retries}`);
      throw error;
    } finally {
      await workbench.close();
    }
  });
}

/** Process ids of one session's engines or language servers, by their command line. */
export function processesOf(workbench: Workbench, bundle: "engine" | "server"): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && runs(pid, workbench.server.extensions, `dist/${bundle}.js`));
}

function runs(pid: number, extensions: string, bundle: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.some((word) => word.startsWith(extensions) && word.endsWith(bundle));
  } catch {
    // The process ended while we looked.
    return false;
  }
}
