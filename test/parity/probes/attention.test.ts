import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { patternHook } from "../../../server/src/engine/models/hooks.ts";
import { openResiduals } from "../../../server/src/engine/models/residuals.ts";
import { fixtures, openModel, readCase } from "../models/harness.ts";

interface Fact {
  ids: number[];
  /** `[layers][heads][tokens]` from the last token. */
  last: number[][][];
}
const path = join(import.meta.dirname, "facts/attention.json");
const facts = JSON.parse(readFileSync(path, "utf8")) as Record<string, Fact>;

describe("attention weights against Transformers", () => {
  it("are known of every model", () => expect(Object.keys(facts)).toEqual(fixtures));

  it.each(Object.entries(facts))("%s", async (name, { ids, last }) => {
    const model = await openModel(readCase(name));
    const hooks = last.map((_, layer) => patternHook(layer));
    const residuals = await openResiduals(model, hooks, { device: "cpu", threads: 1 });
    const read = await residuals.read(Int32Array.from(ids));
    let worst = 0;
    last.forEach((heads, layer) => {
      const weights = read.get(patternHook(layer))!;
      expect(weights.length).toBe(heads.length * ids.length ** 2);
      heads.forEach((expected, head) => {
        const from = (head * ids.length + ids.length - 1) * ids.length;
        expected.forEach((weight, t) => {
          worst = Math.max(worst, Math.abs(weights[from + t] - weight));
        });
      });
    });
    expect(worst).toBeLessThan(2e-6);
    await residuals.release();
    await model.release();
  });
});
