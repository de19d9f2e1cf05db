import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readResiduals } from "../../../server/src/engine/models/read-residuals.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { SetupPool } from "../../../server/src/engine/setups/setup-pool.ts";
import { medianNorm } from "../../../server/src/engine/steering/norms.ts";
import { PoolRun } from "../../../server/src/engine/steering/pool.ts";
import type { PoolParams } from "../../../server/src/protocol/steering.ts";
import { relativeError } from "../../parity/models/facts.ts";

const assets = join(import.meta.dirname, "../../../assets");
const cache = mkdtempSync(join(tmpdir(), "steerscope-pool-"));
afterAll(() => rmSync(cache, { recursive: true }));
const options = { memoryBudgetMB: 512, threads: 1, assets, cache };
const service = new EngineService(options);
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const never = { isCancellationRequested: false };
const plain = (text: string) => [{ role: null, text }];
const pool = (params: Partial<PoolParams>) =>
  service.pool({ ...setup, texts: [], hooks: [], pool: "last", ...params }, () => {}, never);

let loaded: LoadedSetup;
beforeAll(async () => {
  loaded = await new SetupPool(options, new Map(), () => {}).get(setup, () => {});
});

const hooks = ["blocks.0.hook_resid_pre", "blocks.3.hook_resid_post", "blocks.4.hook_resid_mid"];
const texts = ["It was a quiet morning.", `Anna ${"laughed and ".repeat(50)}wept.`];

/** Rows of a text at a hook point. */
async function rows(text: string, hook: string): Promise<Float32Array[]> {
  const { ids } = loaded.encode(plain(text));
  const x = (await readResiduals(loaded.model, ids, [hook])).get(hook)!;
  const d = x.length / ids.length;
  return Array.from(ids, (_, t) => x.subarray(t * d, (t + 1) * d));
}

describe("residuals in parts", () => {
  it("are those of one pass, beyond the length of a part", async () => {
    const { ids } = loaded.encode(plain(texts[1]));
    expect(ids.length).toBeGreaterThan(96);
    const { captures } = await loaded.model.forward(ids, { capture: hooks });
    const parts = await readResiduals(loaded.model, ids, hooks);
    for (const hook of hooks)
      expect(relativeError(parts.get(hook)!, captures.get(hook)!), hook).toBeLessThan(1e-5);
  });
});

describe("pooled residuals", () => {
  it("are those of the last token, text by text and by hook point", async () => {
    const pooled = await pool({ texts: texts.map(plain), hooks });
    expect([...pooled.rows.keys()]).toEqual(hooks);
    for (const hook of hooks)
      for (const [t, text] of texts.entries()) {
        const row = pooled.rows.get(hook)!.subarray(t * 192, (t + 1) * 192);
        expect(row).toEqual((await rows(text, hook)).at(-1));
      }
  });

  it("or the mean of all but the first", async () => {
    const pooled = await pool({ texts: texts.map(plain), hooks, pool: "mean" });
    for (const hook of hooks)
      for (const [t, text] of texts.entries()) {
        const kept = (await rows(text, hook)).slice(1);
        const mean = Array.from(kept[0], (_, i) => kept.reduce((sum, row) => sum + row[i], 0) / kept.length);
        const row = pooled.rows.get(hook)!.subarray(t * 192, (t + 1) * 192);
        expect(relativeError(row, mean), `${hook}, text ${t}`).toBeLessThan(1e-6);
      }
  });

  it("leave out massive activations", async () => {
    const hook = "blocks.3.hook_resid_post";
    // A usual norm of which the third smallest is five times as large: what is larger is massive then.
    const all = await rows(texts[0], hook);
    const norms = all.map((row) => Math.hypot(...row));
    const cut = norms.slice(1).toSorted((a, b) => a - b)[2];
    const changed = {
      ...{ setup: loaded.setup, model: loaded.model, description: loaded.description },
      encode: loaded.encode.bind(loaded),
      saes: [{ sae: loaded.saes[0].sae, statistics: { medianNorm: cut / 5 } }],
    } as unknown as LoadedSetup;
    const run = new PoolRun({ ...setup, texts: [plain(texts[0])], hooks: [hook], pool: "mean" });
    await run.step(changed);
    const kept = all.filter((_, t) => t > 0 && norms[t] <= cut);
    expect(kept.length).toBe(3);
    const mean = Array.from(kept[0], (_, i) => kept.reduce((sum, row) => sum + row[i], 0) / kept.length);
    expect(relativeError(run.finish(changed).rows.get(hook)!, mean)).toBeLessThan(1e-6);
  });

  it("are refused with what and where", async () => {
    const one = [plain("Anna")];
    for (const hook of ["blocks.6.hook_resid_post", "blocks.1.hook_mlp_out", "x"])
      await expect(pool({ texts: one, hooks: [hook] })).rejects.toThrow(`no hook point ${hook}`);
    await expect(pool({ texts: [plain("")], hooks })).rejects.toThrow("The text “” has no token.");
    await expect(pool({ texts: [plain("a")], hooks, pool: "mean" })).rejects.toThrow("besides its first");
    await expect(pool({ texts: [plain("laughed ".repeat(600))], hooks })).rejects.toThrow(
      /“laughed laughed .*…” does not fit the context of 512 tokens/,
    );
  });

  it("can be cancelled between two texts", async () => {
    const cancel = { isCancellationRequested: false };
    const many = Array.from({ length: 50 }, () => plain("Anna laughed."));
    const work = service.pool({ ...setup, texts: many, hooks, pool: "last" }, () => {}, cancel);
    cancel.isCancellationRequested = true;
    await expect(work).rejects.toBeInstanceOf(Cancelled);
  });
});

describe("the median norm", () => {
  it("is an SAE's own at its hook point, under either name of that", async () => {
    const known = loaded.saes[0].statistics.medianNorm;
    expect(await medianNorm(loaded, "blocks.3.hook_resid_post")).toBe(known);
    expect(await medianNorm(loaded, "blocks.4.hook_resid_pre")).toBe(known);
  });

  it("is measured elsewhere, nearly as the SAE has it where both can be had", async () => {
    const bare = await new SetupPool(options, new Map(), () => {}).get(
      { ...setup, saes: ["resid_post_5"] },
      () => {},
    );
    const known = loaded.saes[0].statistics.medianNorm;
    const found = await medianNorm(bare, "blocks.3.hook_resid_post");
    expect(found).not.toBe(known);
    expect(found / known).toBeGreaterThan(0.9);
    expect(found / known).toBeLessThan(1.1);
    const other = await medianNorm(bare, "blocks.0.hook_resid_pre");
    expect(other).toBeLessThan(found);
    await expect(medianNorm(bare, "blocks.3.hook_mlp_out")).rejects.toThrow("no hook point");
  });
});
