import { describe, expect, it } from "vitest";
import { mergeSettings } from "../../../server/src/lsp/settings.ts";
import { defaultSettings } from "../../../server/src/protocol/settings.ts";

describe("settings", () => {
  it("lie over each other, the last uppermost; null and unknown keys count for nothing", () => {
    const { settings, problems } = mergeSettings(
      { model: "a", topK: 3 },
      { model: "b", saes: null, other: 1 },
    );
    expect(settings).toEqual({ ...defaultSettings, model: "b", topK: 3 });
    expect(problems).toEqual([]);
    expect(mergeSettings(undefined, null, []).settings).toEqual(defaultSettings);
  });

  it.each([
    ["model", ""],
    ["saes", "one"],
    ["saes", [1]],
    ["device", "tpu"],
    ["topK", 0],
    ["topK", 1.5],
    ["ranking", "best"],
    ["hideAboveFrequency", 2],
    ["memoryBudgetMB", Number.NaN],
    ["threads", -1],
    ["store", 1],
    ["offline", "yes"],
    ["labels", { endpoint: 1 }],
    ["files", { "*.md": "tinytown" }],
  ] as const)("%s: %j is left out and said", (key, value) => {
    const { settings, problems } = mergeSettings({ [key]: value });
    expect(settings).toEqual(defaultSettings);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toContain(`steerscope.${key}`);
  });

  it("takes what of an endpoint is not said, or null, as none", () => {
    const { settings, problems } = mergeSettings({
      labels: { endpoint: "http://localhost:1/v1", model: null },
    });
    expect(settings.labels).toEqual({ endpoint: "http://localhost:1/v1", model: "", keyVariable: "" });
    expect(problems).toEqual([]);
  });

  it("takes every key at its right kind", () => {
    const all = {
      model: "m",
      saes: ["s"],
      device: "cpu",
      topK: 1,
      ranking: "raw",
      hideAboveFrequency: 1,
      memoryBudgetMB: 64,
      threads: 2,
      store: "/s",
      embeddingModel: "owner/name",
      probes: ["probes/*.probe.json"],
      offline: false,
      codeLens: true,
      inlayHints: true,
      labels: { endpoint: "http://localhost:1/v1", model: "m", keyVariable: "KEY" },
      files: { "*.md": { model: "m", saes: [] } },
    };
    expect(Object.keys(all).sort()).toEqual(Object.keys(defaultSettings).sort());
    expect(mergeSettings(all)).toEqual({ settings: all, problems: [] });
  });
});
