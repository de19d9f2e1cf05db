import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FeatureQuery, FeaturesAnswer } from "../../server/src/protocol/explore.ts";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import { User } from "./user.ts";

describe("files that are replaced while the server runs", () => {
  it("are read anew; a file's own numbers keep the SAE that they were worked out with", async () => {
    const cache = mkdtempSync(join(tmpdir(), "steerscope-replaced-"));
    const user = await User.inBand({ settings: { saes: ["toy"] }, cache });
    const uri = await user.open("a.txt", "a cat sat");
    const ask = (query: FeatureQuery): Promise<FeaturesAnswer> =>
      user.ask("steerscope/features", { textDocument: { uri }, query, offset: 0, count: 10 });
    const range = { start: { line: 0, character: 1 }, end: { line: 0, character: 5 } };
    const on = { places: [{ range, text: " cat" }] };
    const found = await ask({ words: "cat" });
    expect(found.total).toBe(1);
    expect((await ask({ contrast: { on }, words: "cat" })).total).toBe(1);
    writeFileSync(join(cache, "replaced"), "");
    expect((await ask({ words: "dog" })).total).toBe(1);
    expect((await ask({ contrast: { on }, words: "cat" })).total).toBe(1);
    const [{ feature }] = found.rows;
    const { labels } = await user.ask<FeatureResult>("steerscope/feature", { sae: "toy", feature });
    expect(labels[0].text).toBe("a dog");
    // Activations of two SAEs are not compared; the file is read again, and then they are of one.
    const both = { on, against: { text: "mat" } };
    await expect(ask({ contrast: both })).rejects.toThrow("changed meanwhile");
    expect((await ask({ contrast: both, words: "dog" })).total).toBe(1);
    await user.leave();
  });
});
