import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";

const assets = join(import.meta.dirname, "../../../assets");
const cache = mkdtempSync(join(tmpdir(), "steerscope-responses-"));
afterAll(() => rmSync(cache, { recursive: true }));
const service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache });
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const never = { isCancellationRequested: false };
const respond = (texts: string[], token: string | null = null) =>
  service.responses({ ...setup, texts, token }, () => {}, never);
const analyse = (text: string) =>
  service.analyse({ ...setup, key: "k", messages: [{ role: null, text }] }, () => {}, never);

describe("how latents answer to texts", () => {
  it("is the largest activation over each text's tokens, as an analysis has them, a line break before it", async () => {
    const texts = ["Anna laughed aloud.", "Noah Wagner lives on Harbour Road."];
    const { saes } = await respond(texts);
    const [{ rows, latents, values, tokens }] = saes;
    for (const [t, text] of texts.entries()) {
      const { saes: analysed, ids } = await analyse(`\n${text}`);
      const [sparse] = analysed;
      const largest = new Map<number, number>();
      for (let token = 0; token < ids.length; token++) {
        if (sparse.outside[token]) continue;
        for (let i = sparse.rows[token]; i < sparse.rows[token + 1]; i++)
          largest.set(sparse.indices[i], Math.max(sparse.values[i], largest.get(sparse.indices[i]) ?? 0));
      }
      const found = new Map<number, number>();
      for (let i = rows[t]; i < rows[t + 1]; i++) found.set(latents[i], values[i]);
      expect([...found.keys()]).toEqual([...largest.keys()].sort((a, b) => a - b));
      for (const [latent, value] of largest) expect(found.get(latent)).toBeCloseTo(value, 3);
      // The line break is the first token, for which the SAE was not made.
      expect(tokens[t]).toBe(ids.length - 1);
    }
  });

  it("holds a token's log-probability after each text, where one is asked for", async () => {
    expect((await respond(["Anna"])).logprobs).toBeNull();
    const { logprobs } = await respond(["Noah Wagner lives on", "Two plus two is"], " a");
    for (const [t, text] of ["Noah Wagner lives on", "Two plus two is"].entries()) {
      const { logprobs: expected } = await analyse(`\n${text} a`);
      expect(logprobs![t]).toBeCloseTo(expected.at(-1)!, 4);
    }
    await expect(respond(["Anna"], "a token that is none")).rejects.toThrow(/tokens to tinytown, not one/);
  });

  it("can be cancelled between two texts", async () => {
    const cancel = { isCancellationRequested: false };
    const work = service.responses(
      { ...setup, texts: Array.from({ length: 50 }, () => "Anna laughed."), token: null },
      () => {},
      cancel,
    );
    cancel.isCancellationRequested = true;
    await expect(work).rejects.toBeInstanceOf(Cancelled);
  });
});
