import { globSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect } from "vitest";
import { writeSettings } from "./codeServer.ts";
import { enginesOf, story, useBrowser } from "./session.ts";
import type { Workbench } from "./workbench.ts";

useBrowser();

/** A feature of a hover: SAE, index, a label that somebody gave it, activation. */
const labelledFeature = /· \d+ · (?!no label)[^·\n]+ · \d/;

/** What a user looks for first. The negative controls break the extension and expect exactly this to fail. */
async function seeFeatures(workbench: Workbench, timeoutMs?: number): Promise<string> {
  const text = await workbench.hoverWord("wept", labelledFeature, timeoutMs);
  expect(text).toMatch(/^.*wept.* · token \d+/);
  expect(text).toMatch(/Reconstruction .+ FVU \d/);
  return text;
}

/** Puts words in front of the one that is hovered, and waits until its hover counts them. */
async function seeNewNumbersAfterEdit(workbench: Workbench, before: string): Promise<string> {
  const token = Number(/token (\d+)/.exec(before)?.[1]);
  await workbench.typeBefore("sad", "not ");
  const after = await workbench.hoverWord(
    "wept",
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
      await it.screenshot("hover");
      expect(await it.decorations()).toBe(0);

      await it.followHoverLink(/^\d+$/);
      await it.waitForDecorations((count) => count > 0);
      await it.waitForStatus(/full: [\d.]+, (known maximum|this file)/);
      await it.screenshot("heat-map-shown");
      await it.palette("Steerscope: Clear heat map");
      await it.waitForDecorations((count) => count === 0);

      await seeNewNumbersAfterEdit(it, before);
    },
  );

  story("a killed engine is noticed and comes back", { screenshot: "killed" }, async (it) => {
    const before = await seeFeatures(it);
    const engines = enginesOf(it);
    expect(engines).toHaveLength(1);

    process.kill(engines[0], "SIGKILL");
    await it.waitForNotification(/engine stopped/i);
    await seeNewNumbersAfterEdit(it, before);

    expect(enginesOf(it)).toHaveLength(1);
    expect(enginesOf(it)).not.toEqual(engines);
  });

  story(
    "a wrong model path is a diagnostic, and the right one brings the numbers",
    { screenshot: "wrong-model", settings: { "steerscope.model": "/nowhere/model" } },
    async (it) => {
      await it.waitForProblem(/\/nowhere\/model/);
      await it.screenshot("wrong-model-problem");
      expect(await it.notifications()).toEqual([]);

      writeSettings(path.join(it.server.workspace, ".vscode"), { "steerscope.model": "tinytown" });
      await seeFeatures(it);
    },
  );
});

describe("negative controls: what the first story sees is not there", () => {
  const patience = 20_000;

  story("without the extension", { screenshot: "no-extension", extensions: null }, async (it) => {
    await expect(seeFeatures(it, patience)).rejects.toThrow("Last seen: no hover");
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
      await expect(seeFeatures(it, patience)).rejects.toThrow("Last seen: Not analysed");
    },
  );
});
