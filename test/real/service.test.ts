import { describe, expect, test } from "vitest";
import type { AnalyseParams, Setup } from "../../server/src/protocol/engine.ts";
import { realEngine } from "./engine.ts";
import { layer8, layer15, modelFolder, readLogprobs, readPrompts, saeFolder } from "./material.ts";

const tolerance = 1e-4;
const prompts = readPrompts();
const logprobs = readLogprobs();
const setup: Setup = { model: modelFolder(), saes: [layer15, layer8].map(saeFolder), device: "cpu" };
const service = realEngine();

const describeSetup = (wanted: Setup) => service.describe(wanted, () => {});
const analyse = (text: string, key = "test") =>
  service.analyse({ ...setup, key, messages: [{ role: null, text }] } satisfies AnalyseParams, () => {}, {
    isCancellationRequested: false,
  });

describe("what the set-up says of itself", () => {
  test("both SAEs fit their layers", async () => {
    const { model, saes } = await describeSetup(setup);
    expect(model).toMatchObject({ family: "llama", layers: 30, dModel: 576, dtype: "bf16", device: "cpu" });
    expect(model.hasChatTemplate).toBe(true);
    expect(saes.map(({ architecture, hook, width }) => ({ architecture, hook, width }))).toEqual([
      { architecture: "jumprelu", hook: "blocks.15.hook_resid_post", width: 8192 },
      { architecture: "topk", hook: "blocks.8.hook_resid_post", width: 8192 },
    ]);
    expect(saes.map(({ check }) => check.verdict)).toEqual(["ok", "ok"]);
    for (const { check } of saes) expect(check.fvu).toBeLessThan(0.35);
  });

  test("the bf16 copy is as good as the original", async () => {
    const [full] = (await describeSetup(setup)).saes;
    const { saes } = await describeSetup({ ...setup, saes: [saeFolder(`${layer15}-bf16`)] });
    expect(saes[0].check.verdict).toBe("ok");
    expect(saes[0].conventions.join(" ")).toContain("bf16");
    expect(Math.abs(saes[0].check.fvu! - full.check.fvu!)).toBeLessThan(0.01);
    expect(Math.abs(saes[0].check.l0! / full.check.l0! - 1)).toBeLessThan(0.03);
  });

  test("an SAE at a hook point that is not its own is suspect", async () => {
    const { saes } = await describeSetup({
      ...setup,
      saes: [`${saeFolder(layer15)}@blocks.28.hook_resid_post`],
    });
    expect(saes[0].check.verdict).toBe("suspect");
  });
});

describe.each([...prompts])("%s", (title, prompt) => {
  test("token ids and log-probabilities are those of the oracles", async () => {
    const { ids, logprobs: found } = await analyse(prompt.text);
    expect([...ids]).toEqual(prompt.token_ids);
    expect(found[0]).toBeNaN();
    const wrong = logprobs[title].logprobs.flatMap((value, i) =>
      Math.abs(found[i + 1] - value) <= tolerance * Math.max(1, -value)
        ? []
        : [`token ${i + 1}: ${found[i + 1]}, not ${value}`],
    );
    expect(wrong).toEqual([]);
  });

  test("features are those of the oracle", async () => {
    const { saes } = await analyse(prompt.text);
    [layer15, layer8].forEach((name, s) => {
      for (const { pos, topk, l0 } of prompt.saes[name].per_token) {
        const { rows, indices, values } = saes[s];
        const from = rows[pos];
        const count = Math.min(10, topk.length, rows[pos + 1] - from);
        expect(count, `token ${pos} of ${name} has features`).toBeGreaterThan(0);
        const stored = new Map(topk);
        for (let j = 0; j < count; j++) {
          // Strongest first; two that tie may change places.
          const value = values[from + j];
          expect(Math.abs(value - topk[j][1]) / topk[0][1], `token ${pos}, place ${j}`).toBeLessThan(
            tolerance,
          );
          expect(Math.abs(value - (stored.get(indices[from + j]) ?? 0)) / topk[0][1]).toBeLessThan(tolerance);
        }
        expect(Math.abs(saes[s].l0[pos] - l0)).toBeLessThanOrEqual(1);
      }
    });
  });

  test("position 0, where no SAE was trained, is marked as outside", async () => {
    const { saes, spans } = await analyse(prompt.text);
    for (const { outside, fvu } of saes) {
      expect(outside[0]).toBe(1);
      const inside = [...fvu].filter((_, pos) => !outside[pos]);
      expect(inside.length).toBeGreaterThan(0.6 * fvu.length);
      expect(inside.reduce((a, b) => a + b) / inside.length).toBeLessThan(0.45);
    }
    for (let pos = 0; pos < spans.special.length; pos++)
      if (spans.special[pos]) expect(saes[0].outside[pos]).toBe(1);
  });
});

test("text appended to a prompt reuses what was computed and gives the numbers of a fresh pass", async () => {
  const { text } = prompts.get("passage_300")!;
  const cut = text.lastIndexOf(" ", 1200);
  await analyse(text.slice(0, cut), "grown");
  const grown = await analyse(text, "grown");
  const fresh = await analyse(text, "fresh");
  expect(grown.reused).toBeGreaterThan(150);
  expect(fresh.reused).toBe(0);
  expect([...grown.ids]).toEqual([...fresh.ids]);
  for (let pos = 1; pos < grown.ids.length; pos++)
    expect(Math.abs(grown.logprobs[pos] - fresh.logprobs[pos])).toBeLessThanOrEqual(
      tolerance * Math.max(1, -fresh.logprobs[pos]),
    );
});
