import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, inject, it } from "vitest";
import { processesOf, story, useBrowser } from "./session.ts";
import { TokensPage } from "./tokens-page.ts";
import type { Workbench } from "./workbench.ts";

useBrowser();

/** A feature of a hover: SAE, index, a label that somebody gave it, activation. */
const labelledFeature = /· (\d+) · (?!no label)([^·\n]+) · \d/;

/** What a user looks for first. The negative controls break the extension and expect exactly this to fail. */
async function seeFeatures(workbench: Workbench, timeoutMs?: number): Promise<string> {
  const text = await workbench.hoverWord("laughed", labelledFeature, timeoutMs);
  expect(text).toMatch(/^.*laughed.* · token \d+/);
  expect(text).toMatch(/Reconstruction .+ FVU \d/);
  return text;
}

/** Puts words in front of the one that is hovered, and waits until its hover counts them. */
async function seeNewNumbersAfterEdit(workbench: Workbench, before: string): Promise<string> {
  const token = Number(/token (\d+)/.exec(before)?.[1]);
  await workbench.typeBefore("cheerful", "not ");
  const after = await workbench.hoverWord(
    "laughed",
    new RegExp(`token ${token + 1} [^]*${labelledFeature.source}`),
  );
  expect(figures(after)).not.toEqual(figures(before));
  return after;
}

/** The lines of a hover that hold what was computed: surprisal, features, next tokens. */
function figures(hover: string): string[] {
  return hover.split("\n").filter((line) => /^(Surprisal|Next|[▰▱])/.test(line.trim()));
}

describe("with the extension", () => {
  story(
    "a hover lists a word's features, its link shows where one fires, an edit brings new numbers",
    { screenshot: "heat-map" },
    async (it) => {
      const before = await seeFeatures(it);
      await it.hoverWord("cheerful", /cheerful mood/);
      await it.screenshot("hover");
      await seeFeatures(it);
      expect(await it.decorations()).toBe(0);

      const [, feature, label] = labelledFeature.exec(before)!;
      await it.followHoverLink("where?", `Show where feature ${feature} fires in this file`);
      await it.waitForDecorations((count) => count > 0);
      await it.waitForStatus(new RegExp(`· ${feature} · ${label} .full: [\\d.]+, (known maximum|this file)`));
      await it.screenshot("heat-map-shown");
      await it.palette("Steerscope: Clear heat map");
      await it.waitForDecorations((count) => count === 0);
      await it.palette("Steerscope: Show where a feature fires…");
      // The list may be longer than what of it is drawn.
      await it.page.locator(".quick-input-widget input.input").fill(label);
      await it.pick(label);
      await it.waitForDecorations((count) => count > 0);

      await seeNewNumbersAfterEdit(it, before);
    },
  );

  story("a killed engine is noticed and comes back", { screenshot: "killed" }, async (it) => {
    const before = await seeFeatures(it);
    const engines = processesOf(it, "engine");
    expect(engines).toHaveLength(1);

    process.kill(engines[0], "SIGKILL");
    await it.waitForNotification(/engine stopped/i);
    await it.screenshot("killed-notice");
    await seeNewNumbersAfterEdit(it, before);

    expect(processesOf(it, "engine")).toHaveLength(1);
    expect(processesOf(it, "engine")).not.toEqual(engines);
  });

  story(
    "a wrong model path is a diagnostic, and choosing another model brings the numbers",
    {
      screenshot: "wrong-model",
      settings: { "steerscope.model": "/nowhere/model", "steerscope.saes": ["/nowhere/sae"] },
    },
    async (it) => {
      await it.waitForProblem(/\/nowhere\/model/);
      await it.screenshot("wrong-model-problem");
      expect(await it.notifications()).toEqual([]);

      await it.palette("Steerscope: Choose model…");
      await it.pick("tinytown");
      await it.waitForNotification(/\/nowhere\/sae/);
      await seeFeatures(it);
      const settings = readFileSync(path.join(it.server.workspace, ".vscode/settings.json"), "utf8");
      expect(JSON.parse(settings)).toEqual({ "steerscope.model": "tinytown" });
    },
  );

  story("its state is shown, and it starts anew when asked", { screenshot: "state" }, async (it) => {
    const before = await seeFeatures(it);
    await it.waitForStatus(/Steerscope: tinytown · cpu/);
    await it.waitForBusy(false);
    const [engine] = processesOf(it, "engine");
    process.kill(engine, "SIGSTOP");
    await it.typeBefore("cheerful", "not ");
    await it.waitForBusy(true);
    await it.screenshot("state-busy");
    process.kill(engine, "SIGCONT");
    await it.waitForBusy(false);

    const servers = processesOf(it, "server");
    await it.palette("Steerscope: Restart server");
    await expect.poll(() => processesOf(it, "server"), { timeout: 15_000 }).not.toEqual(servers);
    expect(figures(await seeFeatures(it))).not.toEqual(figures(before));
    expect(processesOf(it, "server")).toHaveLength(1);
    expect(processesOf(it, "engine")).not.toContain(engine);
    expect(await it.notifications()).toEqual([]);

    await it.palette("Steerscope: Show log");
    await it.waitForLine(/\[info\] Server process exited/);
  });

  const note = "On a rainy morning, Noah was cheerful and laughed aloud.\n";
  story(
    "a text file starts no process until it is treated as a prompt",
    { screenshot: "text-file", file: "note.txt", files: { "note.txt": note } },
    async (it) => {
      await it.palette("Steerscope: Show tokens");
      await it.waitForNotification(/note\.txt.*not a prompt/);
      expect([...processesOf(it, "server"), ...processesOf(it, "engine")]).toEqual([]);
      await it.screenshot("text-file-offer");
      await it.answerNotification("Treat as a prompt");
      await seeFeatures(it);
    },
  );

  story(
    "a workspace that nobody trusts cannot name a model, and choosing one says so",
    { screenshot: "not-trusted", trusted: false, settings: { "steerscope.model": "/nowhere/model" } },
    async (it) => {
      await seeFeatures(it);
      await it.palette("Steerscope: Choose model…");
      await it.pick("tinytown");
      await it.waitForNotification(/not trusted/);
    },
  );

  it("names the licences of what it brings, and has its icon", () => {
    const [folder] = globSync(path.join(inject("extensions"), "steerscope.*"));
    const notices = readFileSync(path.join(folder, "THIRD-PARTY-NOTICES.txt"), "utf8");
    for (const name of ["onnxruntime-node", "vscode-languageclient", "@huggingface/tokenizers", "yaml"])
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+.* \\(`, "m"));
    const { icon } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    expect(existsSync(path.join(folder, icon))).toBe(true);
  });
});

describe("negative controls: what the first story sees is not there", () => {
  story("without the extension", { screenshot: "no-extension", extensions: null }, async (it) => {
    await expect(seeFeatures(it, 12_000)).rejects.toThrow("Last seen: no hover");
  });

  const withoutLibrary = (extensions: string) => {
    const libraries = globSync(
      path.join(extensions, "steerscope.*/dist/node_modules/onnxruntime-node/bin/**/*.so*"),
    );
    expect(libraries).toHaveLength(1);
    rmSync(libraries[0]);
  };
  story(
    "without the engine's native library",
    { screenshot: "no-library", tamper: withoutLibrary },
    async (it) => {
      await expect(seeFeatures(it, 20_000)).rejects.toThrow("Last seen: Not analysed");
    },
  );

  const withoutPanel = (extensions: string) => {
    const bundles = globSync(path.join(extensions, "steerscope.*/dist/webview/tokens.js"));
    expect(bundles).toHaveLength(1);
    rmSync(bundles[0]);
  };
  story("without the panel's bundle", { screenshot: "no-panel", tamper: withoutPanel }, async (it) => {
    await seeFeatures(it);
    await expect(TokensPage.open(it, 10_000)).rejects.toThrow();
  });
});
