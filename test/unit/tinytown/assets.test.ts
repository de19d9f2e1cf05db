import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { attributes } from "../../../server/src/tinytown/index.ts";

const folder = join(import.meta.dirname, "../../../assets/tinytown");
const saes = ["resid_post_0", "resid_post_1", "resid_post_1_topk", "resid_post_3", "resid_post_5"];
const json = (...names: string[]) => JSON.parse(readFileSync(join(folder, ...names), "utf8"));

function size(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0);
}

describe("what ships with tinytown", () => {
  it("takes at most 16 MB: model, SAEs and labels", () => {
    expect(size(join(folder, "model")) + size(join(folder, "saes"))).toBeLessThanOrEqual(16e6);
    expect(size(join(folder, "coverage.png"))).toBeLessThan(250e3);
  });

  it("has five SAEs, on four layers, one of them TopK", () => {
    expect(readdirSync(join(folder, "saes")).sort()).toEqual(["calibration.txt", ...saes]);
    const configs = saes.map((name) => json("saes", name, "cfg.json"));
    expect(configs.map((config) => config.architecture)).toEqual([
      "jumprelu",
      "jumprelu",
      "topk",
      "jumprelu",
      "jumprelu",
    ]);
    for (const [i, config] of configs.entries()) {
      const layer = /\d/.exec(saes[i] as string)?.[0];
      expect(config.metadata.hook_name).toBe(`blocks.${layer}.hook_resid_post`);
      expect(config).toMatchObject({ d_in: 192, d_sae: 1536, dtype: "float32" });
    }
  });

  it.each(saes)("labels the latents of %s with what the generator knows", (name) => {
    const { labels, frequency, maximum } = json("saes", name, "steerscope.json");
    expect([frequency.length, maximum.length]).toEqual([1536, 1536]);
    expect(Object.keys(labels).length).toBeGreaterThan(150);
    for (const { text, attribute, f1, precision, recall, examples } of Object.values<Record<string, never>>(
      labels,
    )) {
      expect(attributes).toHaveProperty([attribute as unknown as string]);
      expect(text).not.toMatch(/[{}]/);
      for (const figure of [f1, precision, recall]) expect(figure).toBeGreaterThanOrEqual(0);
      expect(f1 >= 0.5 || (precision >= 0.9 && recall >= 0.15)).toBe(true);
      expect(examples).toBeGreaterThanOrEqual(10);
    }
  });

  it("tells in the card what was measured, and what was missed", () => {
    const { targets } = json("card.json");
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    expect(targets.length).toBeGreaterThan(40);
    for (const { what, measured, missed } of targets) {
      expect(Number.isFinite(measured)).toBe(true);
      expect(readme).toContain(`| ${what} | ${measured.toFixed(3)}`);
      if (missed) expect(readme).toContain(`- ${what}: ${measured.toFixed(3)} against`);
    }
  });

  it("keeps the curve of the training run", () => {
    const { tokens, steps, seed, curve } = json("training.json");
    expect(steps).toBeGreaterThan(1000);
    expect(seed).toBe(1);
    expect(curve.at(-1).tokens).toBe(tokens);
  });
});
