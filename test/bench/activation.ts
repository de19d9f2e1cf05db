import path from "node:path";
import { chromium } from "playwright-core";
import { installExtension } from "../vscode/prepare.ts";
import { findBrowser } from "../vscode/prerequisites.ts";
import { browserFlags, example } from "../vscode/session.ts";
import { Workbench } from "../vscode/workbench.ts";
import { summary } from "./stats.ts";

/** What VS Code itself says of the extension's activation: loading its code and running `activate`. */
export async function activation(runs: number): Promise<object> {
  const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: browserFlags });
  const { extensions, remove } = await installExtension();
  const taken: number[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const workbench = await Workbench.open(browser, {
        extensions,
        workspace: path.resolve(import.meta.dirname, "../../examples"),
        file: example,
      });
      try {
        await workbench.hoverWord("laughed", /Surprisal/);
        taken.push(await workbench.activationMs("Steerscope"));
      } finally {
        await workbench.close();
      }
    }
  } finally {
    await browser.close();
    remove();
  }
  return { activationMs: summary(taken) };
}
