import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { writeSettings } from "./codeServer.ts";
import { sceneLines } from "./report-data.ts";
import { ReportPage } from "./report-page.ts";
import { story, useBrowser } from "./session.ts";

useBrowser();

const name = "scenes.probe.json";
const trained = readFileSync(path.join(import.meta.dirname, "fixtures", name), "utf8");
const themes = [
  ["Default Dark Modern", "vscode-dark", "dark"],
  ["Default High Contrast", "vscode-high-contrast", "contrast"],
] as const;

story(
  "the report of a probe opens from the explorer, follows its file, leads to the text of an error, is readable in every theme, and comes back after a reload",
  { files: { [name]: trained, "scenes.jsonl": sceneLines() }, screenshot: "report-restored" },
  async (it) => {
    const { workspace } = it.server;
    let report = await ReportPage.open(it, name);
    expect(await report.title().innerText()).toBe("Probe scenes");
    expect(await report.frame.locator(".trust").innerText()).toContain("random labels of words");
    expect(await report.frame.locator(".dots .name").count()).toBe(13);
    expect(await report.problems()).toEqual([]);
    await it.screenshot("report-first");

    await report.cell("mass-mean at blocks.0.hook_resid_post, last").click();
    expect(await report.frame.locator(".cell-detail").innerText()).toContain("58.5 % (50.1 to 66.5)");
    await it.page.keyboard.press("ArrowDown");
    await report.frame.locator(".cell-detail h3", { hasText: "blocks.1.hook_resid_post" }).waitFor();
    await it.screenshot("report-cells");

    await report.button("Copy as Markdown").click();
    await report.frame.getByText("Copied.").waitFor();

    // Trained anew, on the data that lies here: the panel follows.
    const own = trained
      .replaceAll("/workspace/", `${workspace}/`)
      .replaceAll('"name": "scenes"', '"name": "again"');
    writeFileSync(path.join(workspace, name), own);
    await report.frame.locator("h1", { hasText: "Probe again" }).waitFor({ timeout: 20_000 });
    await report.button("scenes.jsonl, line 512").click();
    await it.waitForStatus(/Ln 512, Col 1/);
    await it.screenshot("report-error");

    for (const [theme, kind, shot] of themes) {
      writeSettings(path.join(workspace, ".vscode"), { "workbench.colorTheme": theme });
      const body = report.frame.locator("body");
      await expect.poll(() => body.getAttribute("class"), { timeout: 15_000 }).toContain(kind);
      expect(await report.problems()).toEqual([]);
      await it.screenshot(`report-${shot}`);
    }

    await it.reload();
    report = await ReportPage.showing(it);
    await report.frame.locator("h1", { hasText: "Probe again" }).waitFor();
  },
);
