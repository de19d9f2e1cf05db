import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { patternHook } from "../../../server/src/engine/models/hooks.ts";
import { openResiduals } from "../../../server/src/engine/models/residuals.ts";
import {
  attentionFrom,
  attentionStatistics,
} from "../../../server/src/engine/probes/attention-statistics.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { fixtures, openModel, readCase } from "../models/harness.ts";

interface Fact {
  ids: number[];
  special: number[];
  from: number[];
  /** `[from][layers · heads · 7]` */
  statistics: number[][];
}
const path = join(import.meta.dirname, "facts/attention-statistics.json");
const facts = JSON.parse(readFileSync(path, "utf8")) as Record<string, Fact>;

describe("where heads look, against NumPy on Transformers' attention", () => {
  it("is known of every model", () => expect(Object.keys(facts)).toEqual(fixtures));

  it.each(Object.entries(facts))("%s", async (name, { ids, special, from, statistics }) => {
    const model = await openModel(readCase(name));
    const hooks = Array.from({ length: model.config.layers }, (_, layer) => patternHook(layer));
    const residuals = await openResiduals(model, hooks, { device: "cpu", threads: 1 });
    const read = await residuals.read(Int32Array.from(ids));
    const text = { read, tokens: ids.length, special: Uint8Array.from(special) };
    from.forEach((t, i) => {
      const told = attentionFrom(t, text, { model } as unknown as LoadedSetup);
      expect(told.length).toBe(statistics[i].length);
      statistics[i].forEach((expected, k) => {
        const what = attentionStatistics[k % attentionStatistics.length];
        const within = what === "entropy" || what === "distance" ? 1e-4 : 3e-6;
        expect(Math.abs(told[k] - expected), `${what} from ${t}`).toBeLessThan(within);
      });
    });
    await residuals.release();
    await model.release();
  });
});
